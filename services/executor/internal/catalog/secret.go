package catalog

import "github.com/citu/datapipeline/services/executor/internal/mask"

// seemsSecret judges by what a column is called.
func (c *Column) seemsSecret() bool { return mask.NamesSecret(c.Name, c.Comment) }

func looksSecret(value []byte) bool { return mask.IsSecret(value) }
