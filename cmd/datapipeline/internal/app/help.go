package app

import (
	"bytes"
	"io"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/citu/datapipeline/events"
)

// helpIn makes kong's help speak a language, kong's own words included.
func helpIn(lang events.Language) []kong.Option {
	return []kong.Option{
		kong.Vars(helpTexts(lang)),
		kong.Help(func(options kong.HelpOptions, ctx *kong.Context) error { return printHelp(options, ctx, lang) }),
		kong.ConfigureHelp(kong.HelpOptions{NoExpandSubcommands: true, WrapUpperBound: helpWidth}),
		kong.ValueFormatter(func(v *kong.Value) string { return flagHelp(v, lang) }),
		kong.PostBuild(func(k *kong.Kong) error { describe(k.Model, lang); return nil }),
	}
}

// describe sets what the tags of kong do not reach.
func describe(model *kong.Application, lang events.Language) {
	text := helpTexts(lang)
	model.HelpFlag.Help = text["help_help"]
	for _, command := range model.Children {
		command.Detail = text["about_"+command.Name]
	}
}

// helpWidth is the most columns of the help.
const helpWidth = 100

// words are those of kong, in Chinese.
var words = strings.NewReplacer(
	"Usage: ", "用法：", "\nFlags:\n", "\n选项：\n", "\nCommands:\n", "\n命令：\n", "[flags]", "[选项]", "<command>", "<命令>",
	`Run "datapipeline <command> --help" for more information on a command.`, "运行 “datapipeline <命令> --help” 查看命令的详细说明。")

func printHelp(options kong.HelpOptions, ctx *kong.Context, lang events.Language) error {
	var text bytes.Buffer
	out := ctx.Stdout
	ctx.Stdout = &text
	err := kong.DefaultHelpPrinter(options, ctx)
	ctx.Stdout = out
	if err != nil {
		return err
	}
	printed := text.String()
	if lang == events.Chinese {
		printed = words.Replace(printed)
	}
	_, err = io.WriteString(out, printed)
	return err
}

// flagHelp is a flag's help, with the environment variable that stands for it.
func flagHelp(v *kong.Value, lang events.Language) string {
	if len(v.Tag.Envs) == 0 {
		return v.Help
	}
	return v.Help + lang.Sprintf("（环境变量 %s）", " (environment: %s)", strings.Join(v.Tag.Envs, ", "))
}
