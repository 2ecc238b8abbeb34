package events_test

import (
	"encoding/json"
	"time"

	"github.com/citu/datapipeline/events"
)

// at is the moment of every example.
var at = time.Date(2025, 7, 1, 14, 30, 52, 120_000_000, time.FixedZone("", 8*3600))

const (
	exampleTask = "task_20250701_143052"
	exampleHash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
)

var exampleRun = events.Run{TaskID: exampleTask, Request: 41, Attempt: 1}

var exampleExecution = events.Execution{
	Run: exampleRun, Step: events.StepDDL, StartedAt: at,
	ExecutionID: events.ExecutionID(exampleTask, string(events.StepDDL), at),
}

func exampleRequest() events.Request {
	return events.Request{
		ExecutionMode: events.ModeComplete,
		Steps:         []events.Step{events.StepDDL, events.StepQA, events.StepValidation},
		SkippedSteps:  []events.Step{events.StepLoad},
		Connection:    events.Connection{Sealed: "YWdlLWVuY3J5cHRpb24ub3Jn", Masked: "postgres://reader:***@db:5432/highway"},
		Tables:        []string{"public.bss_company", "public.bss_service_area"}, TableListFile: "highway.txt",
		BusinessContext: "高速公路服务区管理系统", DBName: "highway", Language: events.Chinese,
		Options:         events.Options{EnableSQLValidation: true, EnableLLMRepair: true, ModifyOriginalFile: true},
		OutputDirectory: "./data_pipeline/training_data/" + exampleTask, OutputPrefix: exampleTask,
		UTCOffsetSeconds: 8 * 3600, Runner: events.RunnerPool, Actor: "api",
	}
}

func exampleClosing() events.Closing {
	return events.Closing{Run: exampleRun, Result: json.RawMessage(`{"success":true}`), LogSequence: 97}
}

func examplePair(source string) events.PairChange {
	return events.PairChange{TaskID: exampleTask, PairID: "p_3f9c2a7be1d04c55", Question: "每个公司管理多少个服务区？",
		SQL:   "SELECT c.company_name, COUNT(*) FROM bss_company c JOIN bss_service_area a ON a.company_id = c.id GROUP BY c.company_name;",
		Theme: "服务区经营", Tables: []string{"public.bss_company", "public.bss_service_area"},
		Shapes: []string{events.ShapeGroup, events.ShapeJoin}, Difficulty: events.DifficultyMedium,
		Source: source, Actor: "li.na", At: at, Note: "月报用"}
}

// examples holds one event of each type, as a deployment would send it.
func examples() map[events.Type]events.Data {
	failure := events.Failure{ErrorType: "table_not_found", ErrorClass: events.ClassUser, Step: events.StepDDL,
		Message: "找不到表 public.bss_compny，最接近的是 public.bss_company。请修正表清单后重试。"}
	rerun := exampleRequest()
	rerun.ExecutionMode, rerun.Steps, rerun.SkippedSteps, rerun.Force = events.ModeSingle, []events.Step{events.StepQA}, nil, true
	file := events.File{Name: "bss_company.ddl", Size: 1204, SHA256: exampleHash}
	all := []events.Data{
		&events.TaskCreated{TaskID: exampleTask, TaskType: events.TaskTypeComplete, CreatedAt: at, CreatedBy: "api",
			Parameters: json.RawMessage(`{"db_connection":"postgres://reader:***@db:5432/highway"}`), Request: exampleRequest()},
		&events.TaskExecutionRequested{TaskID: exampleTask, Request: rerun},
		&events.TaskCancelRequested{TaskID: exampleTask, Request: 41, Actor: "api", Reason: "wrong tables"},
		&events.TaskStarted{Run: exampleRun, Executor: "executor-7c9d"},
		&events.TaskCompleted{Closing: exampleClosing()},
		&events.TaskPartialCompleted{Closing: exampleClosing()},
		&events.TaskFailed{Closing: exampleClosing(), Failure: failure},
		&events.TaskCancelled{Closing: exampleClosing()},
		&events.TaskDeleted{TaskID: exampleTask, Actor: "api", OutputPrefix: exampleTask, TrainingData: true},
		&events.StepStarted{Execution: exampleExecution},
		&events.StepProgressed{Execution: exampleExecution, Progress: 50, Done: 3, Total: 6},
		&events.StepCompleted{Execution: exampleExecution, CompletedAt: at.Add(1500 * time.Millisecond), DurationSeconds: 1.5,
			Result: json.RawMessage(`{"total_tables":6}`), Manifest: []events.File{file}, Removed: []string{"bss_old.ddl"}, Warnings: 1},
		&events.StepFailed{Execution: exampleExecution, CompletedAt: at.Add(time.Second), DurationSeconds: 1, Failure: failure},
		&events.StepSkipped{Run: exampleRun, Step: events.StepLoad, Reason: events.SkipDisabled},
		&events.Log{TaskID: exampleTask, Request: 41, Attempt: 1, ExecutionID: exampleExecution.ExecutionID, FirstLine: 12,
			Lines: []events.Line{
				{Time: at, Level: events.LevelInfo, Message: "读取目录", Step: events.StepDDL, Module: "ddl", Function: "Run"},
				{Time: at, Level: events.LevelWarning, Message: "bss_branch: 无权读取", Step: events.StepDDL,
					Module: "ddl", Function: "samples", Extra: json.RawMessage(`{"sqlstate":"42501"}`)},
			}},
		&events.OutputRegistered{TaskID: exampleTask, Request: 41, ExecutionID: exampleExecution.ExecutionID, File: file,
			Path: exampleTask + "/bss_company.ddl", FileType: events.FileDDL, ModifiedAt: at, IsDownloadable: true},
		&events.OutputRemoved{TaskID: exampleTask, Request: 41, Name: "bss_old.ddl"},
		&events.OutputScanned{TaskID: exampleTask, Request: 41, Files: 23, Bytes: 48213},
		&events.PairAdded{PairChange: examplePair(events.SourcePerson), Check: &events.PairCheck{Verdict: events.VerdictValid, Cost: 24.5}},
		&events.PairEdited{PairChange: examplePair(events.SourcePerson), Check: &events.PairCheck{Verdict: events.VerdictError,
			Rung: events.RungNames, ErrorType: "undefined_column", SQLState: "42703", Message: "字段 compny_name 不存在",
			Hint: "Perhaps you meant to reference the column \"bss_company.company_name\".", Position: 8}},
		&events.PairReviewed{PairChange: examplePair(events.SourceRules), Decision: events.DecisionApproved},
		&events.TrainingDeleteRequested{TrainingScope: events.TrainingScope{LoadID: events.LoadID(exampleTask, at)}, Actor: "li.na", Reason: "旧口径", Language: events.Chinese},
		&events.TrainingRestoreRequested{TrainingScope: events.TrainingScope{TaskID: exampleTask}, Actor: "li.na"},
		&events.TrainingDeleted{TrainingDone: events.TrainingDone{TrainingScope: events.TrainingScope{Database: "db:5432/highway"},
			Request: 230, Actor: "li.na", Rows: 61}},
		&events.TrainingRestored{TrainingDone: events.TrainingDone{TrainingScope: events.TrainingScope{IDs: []string{"9cd05936-bffb-5f27-a156-a59ad7231b9a-sql"}},
			Request: 231, Actor: "li.na", Rows: 1}},
		&events.TrainingFailed{TrainingScope: events.TrainingScope{TaskID: exampleTask}, Request: 232, Actor: "li.na",
			Failure: events.Failure{ErrorType: "vector_store_unreachable", ErrorClass: events.ClassDatabase, Message: "连接不上向量库：请检查 DP_VECTOR_DATABASE_URL、网络和账号，然后重试。"}},
	}
	byType := map[events.Type]events.Data{}
	for _, d := range all {
		byType[d.Type()] = d
	}
	return byType
}
