// Reads YAML streams as the cpln CLI does, and prints each as one line of JSON.
const fs = require("fs");
const path = require("path");
const yaml = require(path.join(__dirname, "../.tools/node_modules/js-yaml"));

for (const file of process.argv.slice(2)) {
  const documents = yaml.loadAll(fs.readFileSync(file, "utf8"), null, { json: true });
  console.log(JSON.stringify(documents));
}
