import { describe, expect, test } from 'vitest';
import { compileText, expandText, type TemplateSubject } from './expand.ts';
import type { QuerySample } from './values.ts';

const asked: string[] = [];
const subject: TemplateSubject = {
  labels: { instance: 'web-1.example.com:9100', job: 'node', quantile: '0.99' },
  value: 1_234_567.891,
  atMs: 1_767_225_600_000,
  externalLabels: { region: 'eu' },
  externalUrl: 'https://custos.example.com/watch',
  async query(text): Promise<readonly QuerySample[]> {
    asked.push(text);
    if (text === 'broken') throw new Error('1:1: parse error');
    if (text === 'none') return [];
    return [
      { Labels: { instance: 'b', n: '2' }, Value: 2 },
      { Labels: { instance: 'a', n: '10' }, Value: 11.5 },
    ];
  },
};
const expand = (text: string, change: Partial<TemplateSubject> = {}) =>
  expandText('__alert_Test', compileText('__alert_Test', text), { ...subject, ...change });

test.each([
  ['plain', 'plain'],
  ['{{ $labels.instance }}', 'web-1.example.com:9100'],
  ['{{ .Labels.job }} {{ .Value }} {{ $value }}', 'node 1.234567891e+06 1.234567891e+06'],
  ['{{$labels.missing}}|', '|'],
  [
    '{{ $externalLabels.region }} {{ .ExternalLabels.region }} {{ $externalURL }} {{ externalURL }} {{ pathPrefix }}',
    'eu eu https://custos.example.com/watch https://custos.example.com/watch /watch',
  ],
  ['{{ $value | humanize }}', '1.235M'],
  ['{{ 0.00012 | humanize }} {{ humanize 0.0 }} {{ 999.0 | humanize }}', '120u 0 999'],
  ['{{ humanize1024 1048576.0 }} {{ $value | humanize1024 }}B', '1Mi 1.177MiB'],
  [
    '{{ humanizeDuration 93784.5 }} {{ humanizeDuration 59.5 }} {{ humanizeDuration 0.0235 }} {{ humanizeDuration -61.0 }}',
    '1d 2h 3m 4s 59.5s 23.5ms -1m 1s',
  ],
  ['{{ 0.1234567 | humanizePercentage }} {{ "0.5" | humanizePercentage }}', '12.35% 50%'],
  [
    '{{ 1435065584.128 | humanizeTimestamp }} {{ 0 | humanizeTimestamp }}',
    '2015-06-23 13:19:44.128 +0000 UTC 1970-01-01 00:00:00 +0000 UTC',
  ],
  [
    '{{ printf "%.2f" $value }} {{ printf "%s-%d-%v-%5.1f|%-4s|%04d%%" $labels.job 3 true 2.25 "a" 7 }}',
    '1234567.89 node-3-true-  2.2|a   |0007%',
  ],
  [
    '{{ printf "%d" $value }} {{ printf "%s" }} {{ printf "a" 1 }}',
    '%!d(float64=1.234567891e+06) %!s(MISSING) a%!(EXTRA int=1)',
  ],
  [
    '{{ 100.25 | humanize }} {{ 100.35 | humanize }} {{ printf "%.0f %.0f %.0f %.1e" 0.5 1.5 2.5 1.25 }}',
    '100.2 100.3 0 2 2 1.2e+00',
  ],
  ['{{ "hello big-world" | title }} {{ "aB" | toUpper }} {{ "aB" | toLower }}', 'Hello Big-World AB ab'],
  ['{{ if match "web-[0-9]+" $labels.instance }}web{{ else }}other{{ end }}', 'web'],
  [
    '{{ reReplaceAll "(.*):.*" "$1" $labels.instance }} {{ reReplaceAll "([a-z]+)-(\\\\d)" "${2}_$1" "web-1" }}',
    'web-1.example.com 1_web',
  ],
  [
    '{{ $labels.instance | stripPort }} {{ $labels.instance | stripDomain }} {{ "10.0.0.1:80" | stripDomain }}',
    'web-1.example.com web-1:9100 10.0.0.1:80',
  ],
  ['{{ if eq $labels.job "node" "x" }}a{{ else if ne 1 1 }}b{{ else }}c{{ end }}', 'a'],
  ['{{ if and (gt $value 10.0) (lt $value 1e9) (not false) }}in{{ end }}{{ or "" "second" }}', 'insecond'],
  [
    '{{ with $labels.missing }}x{{ else }}empty{{ end }}{{ with .Labels.job }} {{ . }}{{ end }}',
    'empty node',
  ],
  [
    '{{ range $i, $s := query "up" }}{{ if $i }}, {{ end }}{{ $s.Labels.instance }}={{ .Value }}{{ end }}',
    'b=2, a=11.5',
  ],
  ['{{ range query "up" | sortByLabel "instance" }}{{ .Labels.instance }}{{ end }}', 'ab'],
  [
    '{{ with query "up" }}{{ . | first | value | humanize }} {{ . | first | label "n" }} {{ len . }}{{ end }}',
    '2 2 2',
  ],
  ['{{ range query "none" }}x{{ else }}none{{ end }}', 'none'],
  [
    '{{ range $k, $v := .Labels }}{{ $k }}:{{ $v }} {{ end }}',
    'instance:web-1.example.com:9100 job:node quantile:0.99 ',
  ],
  ['{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ end }}{{ $x }}', '2'],
  ['a  {{- " b" -}}  c {{/* nothing */}}d', 'a bc d'],
  [
    '{{ define "t" }}<{{ .arg0 }}{{ . | len }}>{{ end }}{{ template "t" (args 1 2) }}{{ tmpl "t" (args "x") }}',
    '<12><x1>',
  ],
  ['{{ index .Labels "job" }} {{ slice "abcdef" 1 3 }} {{ print 1 2 "a" 3 }}', 'node bc 1 2a3'],
  ['{{ "a<b" | html }} {{ "a b&c" | urlquery }} {{ "x" | printf "%q" }}', 'a&lt;b a+b%26c "x"'],
  [
    '{{ toDuration 5400.0 }} {{ parseDuration "1h30m" }} {{ (toTime 0.0) }}',
    '1h30m0s 5400 1970-01-01 00:00:00 +0000 UTC',
  ],
  ['{{ range query "up" }}{{ if eq .Value 11.5 }}{{ break }}{{ end }}{{ .Value }}{{ end }}', '2'],
  ['{{ $labels }}', 'map[instance:web-1.example.com:9100 job:node quantile:0.99]'],
  ['{{ graphLink "up == 0" }}', '/graph?g0.expr=up+%3D%3D+0&g0.tab=0'],
  ['{{ "}}" }}{{`raw "x"`}}', '}}raw "x"'],
  ['{{ reReplaceAll "a" "$$" "banana" }} {{ reReplaceAll "a*" "X" "baaac" }}', 'b$n$n$ XbXcX'],
  ['{{ reReplaceAll `(?P<one>.)([0-9])` `${2}${one}\\x` "a1" }}', String.raw`1a\x`],
  ['{{ tableLink "sum(up)" }} {{ urlquery "(a)" }}', '/graph?g0.expr=sum%28up%29&g0.tab=1 %28a%29'],
  [`{{ js "it's <x>" }}`, String.raw`it\'s \u003Cx\u003E`],
  ['{{ printf "%T %T %#v" $value 1 "x" }}', 'float64 int "x"'],
  [
    '{{ with toTime 1435065584.128 }}{{ .Year }} {{ .Month }} {{ .Day }} {{ .Weekday }} {{ .Hour }} {{ .Unix }}{{ end }}',
    '2015 June 23 Tuesday 13 1435065584',
  ],
])('%s becomes %s', async (text, expected) => {
  expect(await expand(text)).toBe(expected);
});

test.each([
  [Number.NaN, 'NaN NaN NaN NaN%'],
  [Infinity, '+Inf +Inf +Inf +Inf%'],
  [0, '0 0 0s 0%'],
])('%d is written as Go writes it', async (value, expected) => {
  expect(
    await expand(
      '{{ humanize . }} {{ humanize1024 . }} {{ humanizeDuration . }} {{ humanizePercentage . }}'.replaceAll(
        ' .',
        ' $value',
      ),
      { value },
    ),
  ).toBe(expected);
});

describe('a template that cannot be read is refused with its line', () => {
  test.each([
    ['{{ $labels.instance', 'template: x:1: unclosed action'],
    ['a\n{{ foo }}', 'template: x:2: function "foo" not defined'],
    ['{{ if true }}', 'template: x:1: unexpected EOF'],
    ['{{ end }}', 'template: x:1: unexpected {{end}}'],
    ['{{ $nope }}', 'template: x:1: undefined variable "$nope"'],
    ['{{ }}', 'template: x:1: missing value for command'],
    ['{{ "a }}', /template: x:1: (unclosed action|unterminated quoted string)/],
    ['{{ break }}', 'template: x:1: {{break}} outside {{range}}'],
  ])('%s', (text, message) => {
    expect(() => compileText('x', text)).toThrow(message);
  });

  test('a template of ten thousand nested blocks is refused, not a stack overflow', () => {
    expect(() => compileText('x', '{{if true}}'.repeat(10_000))).toThrow('nested too deeply');
    expect(() => compileText('x', `{{${'('.repeat(10_000)}1${')'.repeat(10_000)}}}`)).toThrow(
      'nested too deeply',
    );
  });
});

describe('a template that fails is written in its place', () => {
  test.each([
    ['{{ .Nope }}', "can't evaluate field Nope"],
    ['{{ query "none" | first | value }}', 'error calling first: first() called on vector with no elements'],
    ['{{ query "broken" }}', 'error calling query: 1:1: parse error'],
    ['{{ humanize "x" }}', 'error calling humanize: strconv.ParseFloat: parsing "x": invalid syntax'],
    ['{{ eq 1 1.0 }}', 'incompatible types for comparison'],
    ['{{ title }}', 'wrong number of args for title'],
    ['{{ template "t" }}', 'template "t" not defined'],
    ['{{ define "t" }}{{ template "t" }}{{ end }}{{ template "t" }}', /steps|Maximum call/],
    ['{{ range 100000000 }}{{ range 100000000 }}x{{ end }}{{ end }}', 'takes more than'],
  ])('%s', async (text, message) => {
    const written = await expand(text);
    expect(written).toMatch(/^<error expanding template: error executing template __alert_Test: /);
    expect(written).toMatch(message);
  });
});

test('a query is asked once however often the template runs', async () => {
  asked.length = 0;
  await expand(
    '{{ query "up" | first | value }}{{ query "up" | first | value }}{{ query "down" | first | value }}',
  );
  expect(asked).toEqual(['up', 'down']);
});
