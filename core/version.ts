/** The release, as in package.json; both engines carry it, because they are released together. */
export const VERSION = "0.1.0";
