// Checks one event of an evidence bundle with the packages behind Go's checksum database and nothing of
// Custos: the signature of the log on the checkpoint, and the place of the event in its tree.
//
//	go run verify.go KEY RECEIPT LEAF
//
// KEY is the log's key, NAME+HASH+BASE64, out of a policy that you trust; RECEIPT a .tlog-proof; LEAF the
// exact bytes of the event. Exit code 0 verified, 1 not verified. Witnesses and disclosed fields are not
// checked here; verify.py does that.
package main

import (
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error) {
	if err != nil {
		fmt.Println("NOT VERIFIED:", err)
		os.Exit(1)
	}
}

func main() {
	if len(os.Args) != 4 {
		fmt.Println("usage: go run verify.go KEY RECEIPT LEAF")
		os.Exit(2)
	}
	key, err := note.NewVerifier(os.Args[1])
	check(err)
	receipt, err := os.ReadFile(os.Args[2])
	check(err)
	leaf, err := os.ReadFile(os.Args[3])
	check(err)

	parts := strings.SplitN(string(receipt), "\n\n", 2)
	lines := strings.Split(parts[0], "\n")
	if len(parts) != 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		check(fmt.Errorf("the receipt is not a c2sp.org/tlog-proof@v1"))
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	var index int64
	if len(lines) == 0 {
		check(fmt.Errorf("the receipt has no index"))
	}
	_, err = fmt.Sscanf(lines[0], "index %d", &index)
	check(err)
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		check(err)
		proof = append(proof, hash)
	}

	signed, err := note.Open([]byte(parts[1]), note.VerifierList(key))
	check(err)
	head := strings.Split(signed.Text, "\n")
	if len(head) < 4 || head[0] != key.Name() {
		check(fmt.Errorf("the checkpoint is not of %s", key.Name()))
	}
	var size int64
	_, err = fmt.Sscan(head[1], &size)
	check(err)
	root, err := tlog.ParseHash(head[2])
	check(err)
	check(tlog.CheckRecord(proof, size, root, index, tlog.RecordHash(leaf)))
	fmt.Printf("VERIFIED entry %d of %d in %s\n", index, size, key.Name())
}
