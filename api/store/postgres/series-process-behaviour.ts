/** A process of its own on the database of a test, whose address is its first argument; the others say what it does. */
import postgres from "postgres";
import { actOn } from "../../../data/test-series.ts";
import { postgresSeries } from "./series-store.ts";

const [url = "", ...act] = process.argv.slice(2);
const sql = postgres(url, { connection: { search_path: "backgrid", role: "backgrid_app" } });
await actOn(postgresSeries(sql), act);
await sql.end();
