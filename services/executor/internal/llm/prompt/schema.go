package prompt

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// strict returns a schema on one line, if strict mode of endpoints takes it:
// the answer is an object, and every object in it lists all its properties as
// required and allows no others.
func strict(content []byte) (json.RawMessage, error) {
	var root map[string]any
	if err := json.Unmarshal(content, &root); err != nil {
		return nil, err
	}
	if root["type"] != "object" {
		return nil, errors.New("the answer is not an object")
	}
	if err := strictNode("", root); err != nil {
		return nil, err
	}
	var line bytes.Buffer
	if err := json.Compact(&line, content); err != nil {
		return nil, err
	}
	return line.Bytes(), nil
}

// strictNode checks a part of a schema and all below it.
func strictNode(at string, node any) error {
	switch node := node.(type) {
	case map[string]any:
		if properties, ok := node["properties"].(map[string]any); ok {
			if err := closed(at, node, properties); err != nil {
				return err
			}
		}
		for key, below := range node {
			if err := strictNode(at+"/"+key, below); err != nil {
				return err
			}
		}
	case []any:
		for _, below := range node {
			if err := strictNode(at, below); err != nil {
				return err
			}
		}
	}
	return nil
}

func closed(at string, node, properties map[string]any) error {
	if node["additionalProperties"] != false {
		return fmt.Errorf("%s: additionalProperties is not false", at)
	}
	required, _ := node["required"].([]any)
	for name := range properties {
		if !slices.Contains(required, any(name)) {
			return fmt.Errorf("%s: %s is not required", at, name)
		}
	}
	return nil
}
