// Renders a chart as Helm does, as far as charts of documents need it: Go's templates, with `.Files`.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"text/template"
)

type files string

func (folder files) Get(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(string(folder), name))
	return string(text), err
}

func (folder files) Glob(pattern string) (map[string][]byte, error) {
	found := map[string][]byte{}
	paths, err := filepath.Glob(filepath.Join(string(folder), pattern))
	for _, path := range paths {
		name, _ := filepath.Rel(string(folder), path)
		found[name] = nil
	}
	return found, err
}

func main() {
	folder := os.Args[1]
	parsed, err := template.New("manifests.yaml").Option("missingkey=error").ParseFiles(
		filepath.Join(folder, "templates", "manifests.yaml"))
	check(err)
	check(parsed.Execute(os.Stdout, map[string]interface{}{"Files": files(folder)}))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
