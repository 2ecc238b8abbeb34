package httpapi

import "github.com/gofiber/fiber/v2"

// routeWrites registers the calls that change something.
func (a *API) routeWrites(calls fiber.Router) {}
