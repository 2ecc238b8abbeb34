package httpapi

import "github.com/gofiber/fiber/v2"

func (a *API) monitorStatus(c *fiber.Ctx) error {
	return respond(c, fiber.StatusOK, done, a.Reads.Monitor.Status(c.UserContext()))
}
