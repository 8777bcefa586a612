// Reads Terraform files as the CDK for Terraform does, and prints them as one JSON array.
const fs = require("fs");
const path = require("path");
const { parse } = require(path.join(__dirname, "../.tools/node_modules/@cdktf/hcl2json"));

const files = process.argv.slice(2).map((file) => parse(path.basename(file), fs.readFileSync(file, "utf8")));
Promise.all(files).then((modules) => console.log(JSON.stringify(modules)));
