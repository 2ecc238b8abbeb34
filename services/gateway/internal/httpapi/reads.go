package httpapi

import "github.com/gofiber/fiber/v2"

// routeReads registers the calls that only read.
func (a *API) routeReads(calls fiber.Router) {}
