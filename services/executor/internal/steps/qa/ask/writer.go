package ask

import (
	"slices"
	"strings"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

// Question is a pair that may be asked.
type Question struct {
	pairs.Pair
	// Probe is SQL that gives a row if the pair's does, for less; empty where it
	// surely does.
	Probe string

	kind kind
	form string
}

// candidate is a question with what it is weighed by.
type candidate struct {
	Question
	normal  string // the question's normal form
	main    *profile.Table
	tables  []*profile.Table
	columns []*profile.Column
	weight  int
}

// writer gathers candidates.
type writer struct {
	language events.Language
	out      []candidate
	written  map[string]bool // statements in out
}

// note is what a candidate is about, beside its words and its query.
type note struct {
	tables  []*profile.Table // the main one first
	columns []*profile.Column
	bonus   int
}

func about(tables ...*profile.Table) note { return note{tables: tables} }

func (n note) with(columns ...*profile.Column) note {
	n.columns = columns
	return n
}

func (n note) plus(bonus int) note {
	n.bonus += bonus
	return n
}

// add keeps a candidate, unless it was written before.
func (w *writer) add(shape string, n note, v vars, q query) {
	sql := q.String()
	if w.written[sql] {
		return
	}
	w.written[sql] = true
	if n.tables[0].Kind.IsView() {
		n.bonus -= 3 // its rows are those of tables, which are asked about
	}
	s, question := shapes[shape], say(w.language, shape, sql, v)
	w.out = append(w.out, candidate{
		Question: Question{pairs.Pair{Question: question, SQL: sql}, q.probe(), s.kind, shape}, normal: pairs.NormalQuestion(question),
		main: n.tables[0], tables: read(sql, n.tables), columns: n.columns, weight: s.weight + n.bonus,
	})
}

// read are those of the tables that a statement reads: a junction may stand for
// a table that its rows belong to.
func read(sql string, tables []*profile.Table) []*profile.Table {
	return slices.DeleteFunc(slices.Clone(tables), func(t *profile.Table) bool {
		name := alone(t).String()
		return !mentions(sql, "FROM "+name) && !mentions(sql, "JOIN "+name)
	})
}

// mentions says that a clause stands in a statement, and not only as the
// beginning of a longer name.
func mentions(sql, clause string) bool {
	for {
		_, rest, found := strings.Cut(sql, clause)
		if !found || rest == "" || rest[0] == ' ' || rest[0] == ')' {
			return found
		}
		sql = rest
	}
}

// kind is what a question exercises; choose spreads questions over kinds.
type kind int

const (
	plain kind = iota
	filter
	group
	ranking
	trend
	dates
	join
	deep
	window
	sets
	anti
	gaps
)

type shape struct {
	kind   kind
	level  int // of difficulty, from 1
	weight int // of usefulness, about 10
}

// shapes are all forms of questions; the words of each are in wording.zh.txt
// and wording.en.txt.
var shapes = map[string]shape{
	"count":          {plain, 1, 9},
	"stats":          {plain, 1, 9},
	"top":            {ranking, 1, 11},
	"bottom":         {ranking, 1, 6},
	"distinct":       {plain, 1, 5},
	"span":           {dates, 1, 6},
	"latest":         {ranking, 1, 8},
	"filter_count":   {filter, 1, 11},
	"filter_two":     {filter, 2, 9},
	"filter_avg":     {filter, 2, 9},
	"filter_list":    {filter, 1, 9},
	"threshold":      {filter, 1, 8},
	"between":        {filter, 1, 6},
	"above_average":  {filter, 2, 8},
	"flag_count":     {filter, 1, 9},
	"period_count":   {dates, 1, 9},
	"period_sum":     {dates, 1, 10},
	"share_sum":      {window, 2, 11},
	"link_value_sum": {join, 2, 11},
	"group_count":    {group, 1, 11},
	"group_top":      {group, 1, 9},
	"group_sum":      {group, 1, 11},
	"group_avg":      {group, 1, 10},
	"having":         {group, 2, 8},
	"detail":         {filter, 1, 6},
	"detail_key":     {filter, 1, 3},
	"rows":           {plain, 1, 0},
	"trend_count":    {trend, 2, 10},
	"trend_sum":      {trend, 2, 12},
	"weekday":        {dates, 2, 6},
	"recent":         {dates, 2, 7},
	"days_between":   {dates, 2, 11},
	"change":         {window, 3, 11},
	"running":        {window, 3, 8},
	"share":          {window, 2, 10},
	"rank_within":    {window, 3, 9},
	"extremes":       {sets, 2, 8},
	"duplicates":     {gaps, 2, 5},
	"missing":        {gaps, 1, 7},
	"missing_rate":   {gaps, 2, 6},
	"per_link":       {join, 2, 11},
	"sum_per_link":   {join, 2, 12},
	"avg_per_link":   {join, 2, 9},
	"link_value":     {join, 2, 11},
	"link_filter":    {join, 2, 9},
	"link_group":     {join, 2, 9},
	"latest_linked":  {join, 2, 8},
	"no_link":        {gaps, 1, 7},
	"top_parent":     {join, 2, 12},
	"top_parent_sum": {join, 2, 12},
	"many_children":  {join, 2, 8},
	"avg_children":   {join, 3, 8},
	"last_child":     {dates, 2, 8},
	"childless":      {anti, 2, 12},
	"roleless":       {anti, 2, 11},
	"share_linked":   {window, 3, 8},
	"rank_linked":    {window, 3, 9},
	"both_values":    {sets, 3, 8},
	"one_value":      {sets, 3, 8},
	"both_children":  {sets, 3, 9},
	"either_child":   {sets, 3, 8},
	"pair_count":     {deep, 2, 9},
	"pair_sum":       {deep, 2, 10},
	"pair_value":     {deep, 2, 8},
	"pair_rank":      {deep, 3, 10},
	"chain_count":    {deep, 3, 10},
	"chain_sum":      {deep, 3, 12},
	"deep_count":     {deep, 3, 8},
	"deep_sum":       {deep, 3, 9},
	"many_top":       {deep, 3, 12},
	"many_top_of":    {deep, 3, 12},
	"many_value":     {deep, 2, 11},
	"many_both":      {sets, 3, 10},
	"many_both_of":   {sets, 3, 10},
	"many_none":      {anti, 2, 10},
	"self_list":      {join, 2, 10},
	"self_count":     {join, 2, 9},
	"self_none":      {gaps, 1, 7},
	"self_leaf":      {anti, 2, 8},
}
