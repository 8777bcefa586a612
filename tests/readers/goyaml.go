// Reads YAML streams as Go programs do, and prints each as one line of JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"gopkg.in/yaml.v3"
)

func main() {
	for _, path := range os.Args[1:] {
		file, err := os.Open(path)
		check(err)
		documents := []interface{}{}
		for decoder := yaml.NewDecoder(file); ; {
			var document interface{}
			err := decoder.Decode(&document)
			if err != nil && err.Error() == "EOF" {
				break
			}
			check(err)
			documents = append(documents, document)
		}
		line, err := json.Marshal(documents)
		check(err)
		fmt.Println(string(line))
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
