import postgres, { type Sql } from "postgres";

const CONNECT_SECONDS = 5;
const LOCK_MS = 30_000;

/** As the login itself. */
export function connectPlainly(url: string): Sql {
  return postgres(url, {
    max: 1,
    connect_timeout: CONNECT_SECONDS,
    onnotice: () => {},
    connection: { application_name: "backgrid migrate", lock_timeout: LOCK_MS },
  });
}
