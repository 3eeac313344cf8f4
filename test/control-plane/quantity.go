package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"os"

	"gopkg.in/inf.v0"
	"k8s.io/apimachinery/pkg/api/resource"
)

// nanoScale is the finest scale a Quantity keeps: parsing rounds anything below 1e-9 up.
const nanoScale = 9

// parsed is one answer: what Kubernetes makes of one string.
type parsed struct {
	In        string `json:"in"`
	OK        bool   `json:"ok"`
	Canonical string `json:"canonical,omitempty"`
	Nano      string `json:"nano,omitempty"`
	Format    string `json:"format,omitempty"`
	Error     string `json:"error,omitempty"`
}

// quantities answers each line of in, a JSON string, with one line of JSON, in order.
func quantities(in io.Reader, out io.Writer) {
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 16<<20)
	writer := bufio.NewWriter(out)
	answers := json.NewEncoder(writer)
	answers.SetEscapeHTML(false)
	for lines.Scan() {
		var text string
		if err := json.Unmarshal(lines.Bytes(), &text); err != nil {
			fail(writer, fmt.Errorf("not a JSON string: %q: %w", lines.Text(), err))
		}
		if err := answers.Encode(parse(text)); err != nil {
			fail(writer, err)
		}
	}
	if err := lines.Err(); err != nil {
		fail(writer, err)
	}
	if err := writer.Flush(); err != nil {
		fail(writer, err)
	}
}

func fail(writer *bufio.Writer, err error) {
	writer.Flush()
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func parse(text string) parsed {
	quantity, err := resource.ParseQuantity(text)
	if err != nil {
		return parsed{In: text, Error: err.Error()}
	}
	// String comes first: AsDec rewrites the quantity's inner form.
	canonical := quantity.String()
	nano, err := nanoUnits(quantity.AsDec())
	if err != nil {
		return parsed{In: text, Error: err.Error()}
	}
	return parsed{In: text, OK: true, Canonical: canonical, Nano: nano, Format: string(quantity.Format)}
}

// nanoUnits writes the exact value in units of 1e-9, an integer of any size.
func nanoUnits(value *inf.Dec) (string, error) {
	shift := nanoScale - int64(value.Scale())
	if shift < 0 {
		return "", fmt.Errorf("finer than 1e-9: %s", value)
	}
	factor := new(big.Int).Exp(big.NewInt(10), big.NewInt(shift), nil)
	return factor.Mul(factor, value.UnscaledBig()).String(), nil
}
