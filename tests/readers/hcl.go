// Reads Terraform files with the library that Terraform itself reads and formats them with. Refuses one that
// `terraform fmt` would change, and prints the others as one line of JSON: bodies as attributes and blocks, every
// reference as `<cpln_gvc.shop.name>`.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclparse"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"
	"github.com/zclconf/go-cty/cty/function/stdlib"
	ctyjson "github.com/zclconf/go-cty/cty/json"
)

type body struct {
	Attributes map[string]json.RawMessage `json:"attributes"`
	Blocks     []block                    `json:"blocks"`
}

type block struct {
	Kind   string   `json:"kind"`
	Labels []string `json:"labels"`
	Body   body     `json:"body"`
}

// What `local.NAME` is.
var locals = map[string]cty.Value{}

func main() {
	for _, path := range os.Args[1:] {
		text, err := os.ReadFile(path)
		check(err)
		if formatted := hclwrite.Format(text); !bytes.Equal(text, formatted) {
			check(fmt.Errorf("%s: terraform fmt would change it", path))
		}
		file, problems := hclparse.NewParser().ParseHCL(text, path)
		checkAll(problems)
		root := file.Body.(*hclsyntax.Body)
		locals = map[string]cty.Value{}
		for _, inner := range root.Blocks {
			if inner.Type == "locals" {
				for name, attribute := range inner.Body.Attributes {
					locals[name] = value(attribute.Expr)
				}
			}
		}
		line, err := json.Marshal(read(root))
		check(err)
		fmt.Println(string(line))
	}
}

func read(from *hclsyntax.Body) body {
	out := body{Attributes: map[string]json.RawMessage{}, Blocks: []block{}}
	for name, attribute := range from.Attributes {
		// these are references themselves, not values
		if name == "depends_on" || name == "to" || name == "type" && isReference(attribute.Expr) {
			out.Attributes[name] = references(attribute.Expr)
			continue
		}
		found := value(attribute.Expr)
		text, err := ctyjson.Marshal(found, found.Type())
		check(err)
		out.Attributes[name] = text
	}
	for _, inner := range from.Blocks {
		labels := append([]string{}, inner.Labels...)
		out.Blocks = append(out.Blocks, block{inner.Type, labels, read(inner.Body)})
	}
	return out
}

func isReference(expression hcl.Expression) bool {
	return len(expression.Variables()) > 0
}

func references(expression hcl.Expression) json.RawMessage {
	names := []string{}
	for _, traversal := range expression.Variables() {
		names = append(names, name(traversal))
	}
	text, err := json.Marshal(names)
	check(err)
	return text
}

func value(expression hclsyntax.Expression) cty.Value {
	roots := map[string]map[string]map[string]cty.Value{}
	variables := map[string]cty.Value{"local": cty.ObjectVal(locals)}
	for _, traversal := range expression.Variables() {
		root := traversal.RootName()
		if root == "local" {
			continue
		}
		if root == "var" {
			own := map[string]cty.Value{}
			if known, ok := variables["var"]; ok {
				own = known.AsValueMap()
			}
			own[traversal[1].(hcl.TraverseAttr).Name] = cty.StringVal("<" + name(traversal) + ">")
			variables["var"] = cty.ObjectVal(own)
			continue
		}
		label, attribute := traversal[1].(hcl.TraverseAttr).Name, traversal[2].(hcl.TraverseAttr).Name
		if roots[root] == nil {
			roots[root] = map[string]map[string]cty.Value{}
		}
		if roots[root][label] == nil {
			roots[root][label] = map[string]cty.Value{}
		}
		roots[root][label][attribute] = cty.StringVal("<" + name(traversal) + ">")
	}
	for root, labels := range roots {
		objects := map[string]cty.Value{}
		for label, attributes := range labels {
			objects[label] = cty.ObjectVal(attributes)
		}
		variables[root] = cty.ObjectVal(objects)
	}
	functions := map[string]function.Function{"merge": stdlib.MergeFunc, "jsonencode": stdlib.JSONEncodeFunc}
	found, problems := expression.Value(&hcl.EvalContext{Variables: variables, Functions: functions})
	checkAll(problems)
	return found
}

func name(traversal hcl.Traversal) string {
	out := traversal.RootName()
	for _, step := range traversal[1:] {
		out += "." + step.(hcl.TraverseAttr).Name
	}
	return out
}

func checkAll(problems hcl.Diagnostics) {
	if problems.HasErrors() {
		check(problems)
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
