package httpapi

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/citu/datapipeline/internal/kit/seal"
	"github.com/citu/datapipeline/services/gateway/internal/catalogue"
	"github.com/citu/datapipeline/services/gateway/internal/command"
	"github.com/citu/datapipeline/services/gateway/internal/outputdir"
	"github.com/citu/datapipeline/services/gateway/internal/tablelist"
)

// Writes is what the calls that change something, or ask an executor, are made
// of.
type Writes struct {
	Commands   *command.Commands
	TableLists tablelist.Store
	Catalogue  catalogue.Client
	Output     outputdir.Root
	// Sealer seals connection strings; nil refuses them.
	Sealer *seal.Sealer
	// Timeout bounds each of these calls: whoever asks while NATS is away learns
	// it in this time. 0 means eight seconds.
	Timeout time.Duration
}

// routeWrites registers the calls that change something or ask an executor.
func (a *API) routeWrites(calls fiber.Router) {
	calls.Post("/tasks", noQuery, a.createTask)
	calls.Post("/tasks/:id/execute", noQuery, a.executeTask)
	calls.Post("/tasks/:id/cancel", noQuery, a.cancelTask)
	calls.Delete("/tasks/:id", a.deleteTask)
	calls.Post("/tasks/:id/pairs", noQuery, a.addPair)
	calls.Patch("/tasks/:id/pairs", noQuery, a.reviewPairs)
	calls.Patch("/tasks/:id/pairs/:pair_id", noQuery, a.patchPair)
	calls.Get("/training_data", a.listTraining)
	calls.Post("/training_data/retrieve", noQuery, a.retrieveTraining)
	calls.Delete("/training_data", a.deleteTraining)
	calls.Post("/training_data/restore", noQuery, a.restoreTraining)
	calls.Post("/table_lists", a.uploadTableList)
	calls.Get("/table_lists", noQuery, a.listTableLists)
	calls.Get("/connections", noQuery, a.listConnections)
	calls.Post("/connections/test", noQuery, a.testConnection)
	calls.Post("/connections/tables", noQuery, a.listTables)
}
