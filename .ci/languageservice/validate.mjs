// Print what GitHub's language service finds in workflows, one finding a line; exit 1 when there is any.
// A call of one of our workflows, by whatever repository and commit, is held to the file of that name here.
import { readFile } from "node:fs/promises";
import { register } from "node:module";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { TextDocument } from "vscode-languageserver-textdocument";

register("./json.mjs", import.meta.url);
const { validate } = await import("@actions/languageservice/validate");

const shipped = join(dirname(fileURLToPath(import.meta.url)), "..", "..", ".github", "workflows");
const fileProvider = {
  async getFileContent(called) {
    const name = basename(called.path);
    return { name, content: await readFile(join(shipped, name), "utf-8") };
  },
};

let found = 0;
for (const path of process.argv.slice(2)) {
  const text = await readFile(path, "utf-8");
  const document = TextDocument.create(`file:///${path}`, "yaml", 1, text);
  for (const { range, message } of await validate(document, { fileProvider })) {
    console.log(`${path}:${range.start.line + 1}: ${message}`);
    found += 1;
  }
}
process.exit(found ? 1 : 0);
