package app

import (
	"os"
	"path/filepath"

	"github.com/citu/datapipeline/services/executor"
)

// What the help says of models.
const (
	aboutModelsChinese = "\n\n设置 DP_LLM_BASE_URL、DP_LLM_MODEL 与 DP_LLM_API_KEY（或 DP_LLM_API_KEY_FILE）时，由该大模型补写注释并生成问题与 SQL；DP_EMBEDDING_BASE_URL、DP_EMBEDDING_MODEL 与 DP_EMBEDDING_API_KEY 指定向量模型。均为 OpenAI 兼容接口；未设置则按规则生成。"
	aboutModelsEnglish = "\n\nWith DP_LLM_BASE_URL, DP_LLM_MODEL and DP_LLM_API_KEY (or DP_LLM_API_KEY_FILE) that language model writes missing comments, questions and SQL; DP_EMBEDDING_BASE_URL, DP_EMBEDDING_MODEL and DP_EMBEDDING_API_KEY name a model for the embeddings. Both are OpenAI-compatible endpoints; without them it is done by rules."
)

// modelCache is where answers of models are kept for tasks run by hand: not in
// the output folder, which belongs to the task.
func modelCache() string {
	dir, err := os.UserCacheDir()
	if err != nil { // no home
		return executor.ModelCacheOff
	}
	return filepath.Join(dir, "datapipeline", "models")
}
