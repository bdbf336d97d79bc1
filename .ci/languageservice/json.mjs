// Node wants to be told that a JSON file is one; the language service is written for bundlers, which know.
export const load = (url, context, next) =>
  next(url, url.endsWith(".json") ? { ...context, importAttributes: { type: "json" } } : context);
