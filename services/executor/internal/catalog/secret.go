package catalog

import "github.com/citu/datapipeline/services/executor/internal/mask"

// SeemsSecret judges by what a column is called, and the one that it shows.
func (c *Column) SeemsSecret() bool {
	return mask.NamesSecret(c.Name, c.Comment) || c.Shows != nil && mask.NamesSecret(c.Shows.Column, c.Shows.Comment)
}

func looksSecret(value []byte) bool { return mask.IsSecret(value) }
