// Checks a log that Custos wrote with the Go team's own packages and nothing of ours:
// the checkpoint's signature, inclusion of every sampled entry, consistency with an older checkpoint,
// and that a changed entry and a changed old root are rejected. Arguments: directory of the log, or the
// http address below which it is served; verifier key; file of the older checkpoint.
package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Reads a resource of the log from its directory, or over HTTP.
func fetch(place string, name string) ([]byte, error) {
	if !strings.HasPrefix(place, "http://") {
		return os.ReadFile(filepath.Join(place, name))
	}
	response, err := http.Get(place + "/" + name)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != 200 {
		return nil, fmt.Errorf("%s: status %d", name, response.StatusCode)
	}
	return io.ReadAll(response.Body)
}

type files struct{ directory string }

func (files) Height() int                         { return 8 }
func (files) SaveTiles(_ []tlog.Tile, _ [][]byte) {}
func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	read := make([][]byte, len(tiles))
	for i, tile := range tiles {
		data, err := fetch(f.directory, f.path(tile))
		if err != nil {
			full := tile
			full.W = 256
			data, err = fetch(f.directory, f.path(full))
			if err != nil {
				return nil, err
			}
			data = data[:tile.W*tlog.HashSize]
		}
		read[i] = data
	}
	return read, nil
}

func (files) path(tile tlog.Tile) string {
	return strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
}

func check(err error) {
	if err != nil {
		fmt.Println("FAILED:", err)
		os.Exit(1)
	}
}

func open(signed []byte, key note.Verifier) tlog.Tree {
	opened, err := note.Open(signed, note.VerifierList(key))
	check(err)
	var tree tlog.Tree
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != key.Name() {
		check(fmt.Errorf("the origin is %s", lines[0]))
	}
	_, err = fmt.Sscan(lines[1], &tree.N)
	check(err)
	tree.Hash, err = tlog.ParseHash(lines[2])
	check(err)
	return tree
}

func bundle(directory string, index int64, size int64) [][]byte {
	tile := tlog.Tile{H: 8, L: 0, N: index / 256, W: 256}
	if tile.N == size/256 {
		tile.W = int(size % 256)
	}
	path := strings.Replace(files{}.path(tile), "tile/0/", "tile/entries/", 1)
	data, err := fetch(directory, path)
	check(err)
	var entries [][]byte
	for len(data) > 0 {
		length := int(binary.BigEndian.Uint16(data))
		entries = append(entries, data[2:2+length])
		data = data[2+length:]
	}
	return entries
}

func main() {
	directory := os.Args[1]
	key, err := note.NewVerifier(os.Args[2])
	check(err)
	// The tree of one moment: a log that is served goes on meanwhile.
	signed, err := fetch(directory, "checkpoint")
	check(err)
	tree := open(signed, key)
	before, err := os.ReadFile(os.Args[3])
	check(err)
	old := open(before, key)
	reader := tlog.TileHashReader(tree, files{directory})
	root, err := tlog.TreeHash(tree.N, reader)
	check(err)
	if root != tree.Hash {
		check(fmt.Errorf("the root is another"))
	}
	checked := 0
	for index := int64(0); index < tree.N; index += 1 + tree.N/200 {
		entry := bundle(directory, index, tree.N)[index%256]
		proof, err := tlog.ProveRecord(tree.N, index, reader)
		check(err)
		check(tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)))
		changed := append(append([]byte{}, entry...), '!')
		if tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(changed)) == nil {
			check(fmt.Errorf("a changed entry %d passes", index))
		}
		checked++
	}
	proof, err := tlog.ProveTree(tree.N, old.N, reader)
	check(err)
	check(tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash))
	old.Hash[0] ^= 1
	if tlog.CheckTree(proof, tree.N, tree.Hash, old.N, old.Hash) == nil {
		check(fmt.Errorf("a changed old root passes"))
	}
	fmt.Printf("OK %d entries, %d checked, from %d\n", tree.N, checked, old.N)
}
