interface Route {
  readonly method: string;
  readonly path: string;
}

/** The methods of a path, by the routes' patterns; empty for a path that does not exist. */
export function methodsOf(routes: readonly Route[]): (path: string) => readonly string[] {
  const patterns = routes
    .filter(({ method }) => method !== "ALL")
    .map(({ method, path }) => ({ method, pattern: new RegExp(`^${path.replaceAll(".", "\\.").replace(/:\w+/g, "[^/]+")}$`) }));
  return (path) => {
    const found = patterns.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    return found.includes("GET") ? [...new Set([...found, "HEAD"])] : found;
  };
}
