package embed

import (
	"context"
	"hash/fnv"
	"maps"
	"math"
	"slices"
	"strings"
)

const (
	lexicalName      = "lexical-v1"
	lexicalDimension = 512
)

// Lexical returns an embedder that needs no model: texts are near that share
// words, parts of words and, in Chinese, Japanese and Korean, neighbouring
// characters. The same text gives the same vector on every machine; whatever
// changes a vector changes the name.
//
// It is feature hashing with signs (Weinberger et al., 2009) of n-grams, with
// sublinear term frequency.
func Lexical() Embedder { return lexical{} }

type lexical struct{}

func (lexical) Name() string   { return lexicalName }
func (lexical) Dimension() int { return lexicalDimension }

func (lexical) Embed(ctx context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, len(texts))
	for i, text := range texts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		vectors[i] = lexicalVector(text)
	}
	return vectors, nil
}

// The weights of features: what rarely is shared by chance weighs more.
const (
	weightWord      = 1.0
	weightWordPair  = 0.5
	weightWordPart  = 0.3
	weightHan       = 0.4
	weightHanPair   = 1.0
	weightHanTriple = 0.6
	weightCommon    = 0.15 // in place of weightWord
)

func lexicalVector(text string) []float32 {
	features := features{}
	for _, run := range runs(text) {
		features.add(run)
	}
	// In a fixed order, since sums of floats depend on it.
	ordered := slices.SortedFunc(maps.Keys(features), func(a, b feature) int { return strings.Compare(a.text, b.text) })
	sums := make([]float64, lexicalDimension)
	for _, f := range ordered {
		h := mix(f.text)
		weight := f.weight * (1 + math.Log(float64(features[f])))
		if h>>63 == 1 {
			weight = -weight
		}
		sums[h%lexicalDimension] += weight
	}
	return normalise(sums)
}

// feature is a piece of text; the kinds of pieces differ in their first byte.
type feature struct {
	text   string
	weight float64
}

type features map[feature]int

// run is a stretch of text of one writing: words with spaces between them, or
// characters that need none.
type run struct {
	words      []string
	ideographs []rune
}

func (fs features) add(r run) {
	for i, word := range r.words {
		weight := weightWord
		if commonWords[word] {
			weight = weightCommon
		}
		fs[feature{"w" + word, weight}]++
		if i > 0 {
			fs[feature{"b" + r.words[i-1] + " " + word, weightWordPair}]++
		}
		if !commonWords[word] {
			fs.addGrams("p", []rune("^"+word+"$"), 3, weightWordPart)
		}
	}
	fs.addGrams("1", r.ideographs, 1, weightHan)
	fs.addGrams("2", r.ideographs, 2, weightHanPair)
	fs.addGrams("3", r.ideographs, 3, weightHanTriple)
}

func (fs features) addGrams(kind string, text []rune, n int, weight float64) {
	for i := range len(text) - n + 1 {
		fs[feature{kind + string(text[i:i+n]), weight}]++
	}
}

// mix hashes text by FNV-1a and spreads its bits by the finaliser of
// MurmurHash3, since FNV leaves the high bits of short texts alike.
func mix(text string) uint64 {
	f := fnv.New64a()
	_, _ = f.Write([]byte(text)) // never fails
	h := f.Sum64()
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// normalise scales to length 1. A text without features gets the first axis,
// since no cosine is defined for zero.
func normalise(sums []float64) []float32 {
	var square float64
	for _, x := range sums {
		square += float64(x * x) // a conversion forbids fusing
	}
	if square == 0 {
		sums[0], square = 1, 1
	}
	vector := make([]float32, len(sums))
	for i, x := range sums {
		vector[i] = float32(x / math.Sqrt(square))
	}
	return vector
}
