package profile

import (
	"slices"
	"time"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

// dateForms are the forms of dates in text and numbers, as to_date takes them,
// with the same as Go has it.
var dateForms = map[string]string{"YYYY-MM-DD": time.DateOnly, "YYYY/MM/DD": "2006/01/02", "YYYYMMDD": "20060102"}

// minDates is how many different dates it takes to take values for dates.
const minDates = 3

// dateForm is the form of dates that every value has; empty where there is none.
func dateForm(category catalog.Category, values []Value) string {
	if category != catalog.Text && category != catalog.Integer || len(values) < minDates {
		return ""
	}
	for form, layout := range dateForms {
		if !slices.ContainsFunc(values, func(v Value) bool {
			day, err := time.Parse(layout, v.Text)
			return err != nil || day.Year() < 1900 || day.Year() > 2100
		}) {
			return form
		}
	}
	return ""
}

func (s *Stats) dates(n int, layout string) {
	years := map[int]int{}
	for _, v := range s.Top {
		day, err := time.Parse(layout, v.Text[:min(len(layout), len(v.Text))])
		if err != nil {
			continue // infinity, or before Christ
		}
		years[day.Year()] += v.Count
		if s.First.IsZero() || day.Before(s.First) {
			s.First = day
		}
		if day.After(s.Last) {
			s.Last = day
		}
	}
	for year, count := range years {
		if 5*count >= n {
			s.Busy = max(s.Busy, year)
		}
	}
}
