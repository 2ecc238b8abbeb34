// Package sample is a business database to try the pipeline on: the service
// areas of a highway operator with half a year of daily sales and vehicle
// counts, some 50,000 rows that are the same everywhere.
package sample

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/citu/datapipeline/events"
)

// Database is the name that the sample goes by.
const Database = "highway_sample"

//go:embed schema.sql
var schema string

//go:embed data.sql
var data string

//go:embed comments_zh.sql
var commentsZH string

//go:embed comments_en.sql
var commentsEN string

// Fill creates the sample's tables in an empty database, with comments in a
// language, all or nothing. A database that has them already is left alone.
func Fill(ctx context.Context, dsn string, lang events.Language) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // the transaction below has said what matters
	var filled bool
	if err := conn.QueryRow(ctx, `SELECT to_regclass('public.bss_company') IS NOT NULL`).Scan(&filled); err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	if filled {
		return nil
	}
	if err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, schema+lang.Pick(commentsZH, commentsEN)+data)
		return err
	}); err != nil {
		return fmt.Errorf("sample: %w", err)
	}
	return nil
}

// Tables is the table list of the sample.
func Tables() []string {
	return []string{"bss_company", "bss_section_route", "bss_service_area", "bss_section_route_area_link",
		"bss_branch", "bss_business_day_data", "bss_car_day_count"}
}

// BusinessContext is what the sample's database is about, in a language.
func BusinessContext(lang events.Language) string {
	return lang.Pick(
		"高速公路服务区管理系统：记录运营公司、服务区、档口的每日营业额与各车型的每日车流量，用于经营分析。",
		"Highway service areas: operating companies, their service areas and shops, daily sales by means of payment and daily vehicle counts by type, for business analysis.")
}
