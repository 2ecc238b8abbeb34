package httpapi

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"
)

// metrics count the requests by route, never by address, so that callers
// cannot make series.
type metrics struct {
	duration *prometheus.HistogramVec
}

func newMetrics(reg prometheus.Registerer) metrics {
	m := metrics{duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "datapipeline_gateway_request_duration_seconds",
		Help:    "Time from a request's arrival to its answer, streams excluded.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
	}, []string{"method", "route", "status"})}
	reg.MustRegister(m.duration)
	return m
}

func (m metrics) observe(c *fiber.Ctx, d time.Duration) {
	route := c.Route().Path
	if c.Response().StatusCode() == fiber.StatusNotFound && route == "/" {
		route = "none"
	}
	m.duration.WithLabelValues(c.Method(), route, strconv.Itoa(c.Response().StatusCode())).Observe(d.Seconds())
}
