package workflow

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"go.uber.org/zap"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/events/projection"
	"github.com/citu/datapipeline/services/executor/internal/files"
	"github.com/citu/datapipeline/services/executor/internal/history"
	"github.com/citu/datapipeline/services/executor/internal/llm"
	"github.com/citu/datapipeline/services/executor/internal/snapshot"
	"github.com/citu/datapipeline/services/executor/internal/steps"
)

// earlier is what tasks that were created before this one left for it.
type earlier struct {
	// base is the newest of them whose files are as they were made; nil where
	// there is none.
	base *steps.Base
	// pairs are what people had said about pairs by the end of the newest one,
	// and said about its pairs since.
	pairs []events.Pair
}

func (a *attempt) history() history.History { return history.History{Bucket: a.r.cfg.Bucket} }

// remembers says whether tasks are remembered: there is no place for that where
// the bucket is the task's own folder.
func (a *attempt) remembers() bool { return a.order.OutputPrefix != "" && a.target.Identity != "" }

// lookBack finds what earlier tasks on the same database left. A bucket that
// fails costs the reuse; the broker is waited for.
func (a *attempt) lookBack() error {
	if !a.remembers() {
		return nil
	}
	ctx, cancel := context.WithTimeout(a.work, historyLimit)
	defer cancel()
	entries, err := a.history().Before(ctx, a.target.Identity, a.request.Task(), a.state.created)
	a.note("history not read", err)
	heard := false
	for i, e := range entries {
		task, err := a.r.load(a.work, e.TaskID, state{})
		if err != nil {
			return fmt.Errorf("look back at %s: %w", e.TaskID, err)
		}
		if task.Deleted {
			a.note("deleted task stays in the history", a.history().Forget(ctx, e.TaskID))
			continue
		}
		if !heard { // of the newest alone, also if there is nothing to hear
			a.earlier.pairs, heard = ours(e.Pairs, task.pairs.List()), true
		}
		if a.earlier.base = a.newBase(e); a.earlier.base != nil || i == maxBases {
			break
		}
	}
	if remaining := a.state.Remaining(); slices.Contains(remaining, events.StepDDL) || slices.Contains(remaining, events.StepQA) {
		a.tellBase()
	}
	return nil
}

const (
	// historyLimit bounds the reading and the writing of the history.
	historyLimit = time.Minute
	// maxBases is how many tasks are tried beyond the newest.
	maxBases = 4
)

// newBase is a task as a base, or nil where its catalogue is not as it was
// written.
func (a *attempt) newBase(e history.Entry) *steps.Base {
	folder := files.Folder{Bucket: a.r.cfg.Bucket, Prefix: e.OutputPrefix}
	base := &steps.Base{
		TaskID: e.TaskID, Files: files.NewView(a.work, folder, e.Files(), a.order.Language),
		Reusable: !a.order.Options.FullRefresh && e.Settings == a.settings(),
	}
	if _, err := snapshot.Read(base.Files); err != nil {
		a.lines.Warn(a.say("早先任务 %s 的文件缺失或已被修改，不以它为基础。", "The files of the earlier task %s are missing or were changed: it is not built upon.", e.TaskID), zap.Error(err))
		return nil
	}
	return base
}

func (a *attempt) tellBase() {
	switch base := a.earlier.base; {
	case base == nil:
		a.lines.Info(a.say("该数据库没有可用的早先任务，全部重新生成。", "There is no earlier task on this database to build upon: everything is made anew."))
	case a.order.Options.FullRefresh:
		a.lines.Info(a.say("按要求全部重新生成，仅与任务 %s 比较表结构。", "Everything is made anew, as asked; the catalogue is compared with that of task %s.", base.TaskID))
	case !base.Reusable:
		a.lines.Info(a.say("任务 %s 的数据库账号、语言、脱敏方式、模型、业务背景或问题数量不同：只比较表结构，全部重新生成。",
			"Task %s had another database role, language, masking, model, business context or number of questions: its catalogue is compared, and everything is made anew.", base.TaskID))
	default:
		a.lines.Info(a.say("以任务 %s 为基础，只重做有变化的表及其主题。", "Task %s is built upon: only tables that changed and their themes are done again.", base.TaskID))
	}
}

func (a *attempt) settings() string {
	return history.ReadBy(a.target.Role, history.Settings(a.order, a.r.cfg.Model.Name()))
}

// madeWith adds what a completed step was made with: the settings of the
// request that it belongs to, and the model that its result names.
func madeWith(made map[events.Step]string, step events.Step, order events.Request, result json.RawMessage) map[events.Step]string {
	var used struct {
		Usage *llm.Usage `json:"model_usage"`
	}
	model := ""
	if json.Unmarshal(result, &used) == nil && used.Usage != nil {
		model = used.Usage.Model
	}
	made = maps.Clone(made)
	if made == nil {
		made = map[events.Step]string{}
	}
	made[step] = history.Settings(order, model)
	return made
}

// settings are what the documents and the pairs were made with, empty where
// that is not the same.
func (s state) settings() string {
	documents, ok := s.made[events.StepDDL]
	if pairs, asked := s.made[events.StepQA]; !ok || asked && pairs != documents {
		return ""
	}
	return documents
}

// remember keeps the completed task for later ones. It is called before the
// closing event, so that a task which is created after that finds it; a task
// that is remembered and not closed has completed its steps all the same.
func (a *attempt) remember() {
	if !a.remembers() {
		return
	}
	e := history.Entry{
		TaskID: a.request.Task(), OutputPrefix: a.order.OutputPrefix, CreatedAt: a.state.created,
		RequestedAt: a.request.Recorded, RequestSeq: a.request.Sequence, Settings: history.ReadBy(a.target.Role, a.state.settings()),
		Steps: map[events.Step][]events.File{}, Pairs: ours(a.earlier.pairs, a.state.pairs.List()),
	}
	for name, s := range a.state.Steps {
		if s.Status == projection.Completed {
			e.Steps[name] = s.Manifest
		}
	}
	ctx, cancel := context.WithTimeout(a.life, historyLimit)
	defer cancel()
	a.note("task not remembered", a.history().Keep(ctx, a.target.Identity, e))
}

// ours merges what people said in an earlier task with what they said in this
// one, which wins. Pairs that they neither wrote nor decided about are left out.
func ours(before, own []events.Pair) []events.Pair {
	isOwn := map[string]bool{}
	for _, p := range own {
		isOwn[p.ID] = true
	}
	before = slices.DeleteFunc(slices.Clone(before), func(p events.Pair) bool { return isOwn[p.ID] })
	return slices.DeleteFunc(slices.Concat(before, own), func(p events.Pair) bool {
		return p.Decision == "" && p.Source != events.SourcePerson
	})
}
