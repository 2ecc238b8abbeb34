package httpapi

import "github.com/gofiber/fiber/v2"

func (a *API) monitorStatus(c *fiber.Ctx) error {
	if err := queryOf(c).err(); err != nil {
		return err
	}
	return respond(c, fiber.StatusOK, done, a.Reads.Monitor.Status(c.UserContext()))
}
