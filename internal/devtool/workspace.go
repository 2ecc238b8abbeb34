package main

import (
	"context"
	"encoding/json"
	"fmt"
)

// workspace is go.work with its modules.
type workspace struct {
	goVersion string
	modules   []module
}

type module struct {
	dir       string
	goVersion string
}

func loadWorkspace(ctx context.Context) (workspace, error) {
	var work struct {
		Go  string
		Use []struct{ DiskPath string }
	}
	if err := decoded(ctx, &work, "go", "work", "edit", "-json"); err != nil {
		return workspace{}, err
	}
	w := workspace{goVersion: work.Go}
	for _, use := range work.Use {
		var mod struct{ Go string }
		if err := decoded(ctx, &mod, "go", "mod", "edit", "-json", use.DiskPath+"/go.mod"); err != nil {
			return workspace{}, err
		}
		w.modules = append(w.modules, module{use.DiskPath, mod.Go})
	}
	return w, nil
}

// decoded runs a program that prints JSON.
func decoded(ctx context.Context, into any, program string, args ...string) error {
	out, err := output(ctx, program, args...)
	if err != nil {
		return err
	}
	if err := json.Unmarshal([]byte(out), into); err != nil {
		return fmt.Errorf("%s: %w", program, err)
	}
	return nil
}
