/** Tables that statements may read. Everything else that columns holds has other permissions. */
export const allowedTables: ReadonlySet<string> = new Set(['log_record', 'span']);

/** One row that says nothing: what the engine reads when a statement names no table. */
export const noTable = 'system.one';

const words = (text: string): string[] => text.trim().toLowerCase().split(/\s+/);

/** Aggregates; they may have the combinators `If`, `OrNull`, `OrDefault`, `Distinct` and `Array`. */
const aggregates = words(`
  count min max sum avg any anyLast anyHeavy argMin argMax uniq uniqExact uniqCombined uniqHLL12 median quantile
  quantiles quantileExact quantilesExact quantileTDigest quantilesTDigest quantileTiming quantilesTiming groupArray groupUniqArray groupArraySample
  topK topKWeighted stddevPop stddevSamp varPop varSamp covarPop covarSamp corr sumMap minMap maxMap sumWithOverflow
  entropy skewPop skewSamp kurtPop kurtSamp simpleLinearRegression sequenceMatch sequenceCount windowFunnel retention
  first_value last_value deltaSum boundingRatio groupBitOr groupBitAnd groupBitXor`);

const suffixes = ['', 'if', 'ornull', 'ordefault', 'distinct', 'array', 'arrayif', 'distinctif', 'ornullif'];

/**
 * Functions that only compute from their arguments, and cannot make much out of little. Not here: what reads
 * files, tables, dictionaries, settings or the machine, what sleeps, and what makes long texts and lists.
 */
const scalars = words(`
  equals notEquals less greater lessOrEquals greaterOrEquals and or not xor plus minus multiply divide intDiv
  intDivOrZero modulo moduloOrZero positiveModulo negate abs sign round floor ceil ceiling trunc truncate roundBankers
  sqrt exp exp2 exp10 log ln log2 log10 pow power gcd lcm least greatest isNaN isFinite isInfinite ifNotFinite
  if multiIf coalesce ifNull nullIf assumeNotNull toNullable isNull isNotNull isNullable
  caseWithExpression caseWithoutExpression between exists in notIn globalIn globalNotIn tuple untuple tupleElement array
  arrayElement arrayElementOrNull lambda cast _cast accurateCast accurateCastOrNull toTypeName identity
  like notLike ilike notILike match multiSearchAny multiSearchAnyCaseInsensitive multiMatchAny position
  positionCaseInsensitive positionUTF8 positionCaseInsensitiveUTF8 locate startsWith endsWith startsWithUTF8 endsWithUTF8
  hasToken hasTokenCaseInsensitive hasSubsequence countSubstrings countMatches extract extractAll extractGroups
  extractAllGroupsVertical regexpExtract replace replaceOne replaceAll replaceRegexpOne replaceRegexpAll lower upper
  lcase ucase lowerUTF8 upperUTF8 length char_length character_length lengthUTF8 empty notEmpty concat concatWithSeparator
  substring substr mid substringUTF8 left right leftUTF8 rightUTF8 trim trimLeft trimRight trimBoth ltrim rtrim reverse
  reverseUTF8 splitByChar splitByString splitByRegexp splitByWhitespace splitByNonAlpha arrayStringConcat format
  substringIndex soundex domain domainWithoutWWW protocol path pathFull queryString fragment cutQueryString
  extractURLParameter decodeURLComponent topLevelDomain
  JSONExtract JSONExtractString JSONExtractInt JSONExtractUInt JSONExtractFloat JSONExtractBool JSONExtractRaw
  JSONExtractKeys JSONExtractArrayRaw JSONExtractKeysAndValues JSONHas JSONLength JSONType JSON_VALUE JSON_QUERY
  JSON_EXISTS simpleJSONExtractString simpleJSONExtractInt simpleJSONExtractFloat simpleJSONHas isValidJSON toJSONString
  toString toInt8 toInt16 toInt32 toInt64 toUInt8 toUInt16 toUInt32 toUInt64 toFloat32 toFloat64 toDecimal32 toDecimal64
  toInt32OrNull toInt64OrNull toUInt32OrNull toUInt64OrNull toFloat32OrNull toFloat64OrNull toInt32OrZero toInt64OrZero
  toUInt32OrZero toUInt64OrZero toFloat32OrZero toFloat64OrZero toBool toDate toDate32 toDateTime toDateTime64 toUUID
  toDateOrNull toDateTimeOrNull toDateTime64OrNull toDateOrZero toDateTimeOrZero toFixedString toLowCardinality
  parseDateTime parseDateTime64 parseDateTimeBestEffort parseDateTimeBestEffortOrNull parseDateTime64BestEffort
  parseDateTime64BestEffortOrNull now now64 today yesterday toYear toQuarter toMonth toWeek toISOWeek toDayOfYear
  toDayOfMonth toDayOfWeek toHour toMinute toSecond toMillisecond toUnixTimestamp toUnixTimestamp64Milli
  toUnixTimestamp64Micro fromUnixTimestamp fromUnixTimestamp64Milli fromUnixTimestamp64Micro toStartOfYear
  toStartOfQuarter toStartOfMonth toStartOfWeek toMonday toStartOfDay toStartOfHour toStartOfMinute toStartOfSecond
  toStartOfMillisecond toStartOfFiveMinutes toStartOfTenMinutes toStartOfFifteenMinutes toStartOfInterval date_trunc
  dateTrunc toTimeZone toYYYYMM toYYYYMMDD toYYYYMMDDhhmmss dateDiff date_diff dateAdd date_add dateSub date_sub
  addSeconds addMinutes addHours addDays addWeeks addMonths addYears subtractSeconds subtractMinutes subtractHours
  subtractDays subtractWeeks subtractMonths subtractYears toIntervalMillisecond toIntervalSecond toIntervalMinute
  toIntervalHour toIntervalDay toIntervalWeek toIntervalMonth toIntervalQuarter toIntervalYear formatDateTime
  formatDateTimeInJodaSyntax dateName monthName age timeSlot
  map mapKeys mapValues mapContains mapContainsKey mapFilter mapApply mapContainsKeyLike mapExtractKeyLike mapAdd
  has hasAll hasAny indexOf countEqual arrayConcat arraySlice arraySort arrayReverseSort arrayDistinct arrayUniq
  arrayFilter arrayMap arrayExists arrayAll arrayCount arraySum arrayAvg arrayMin arrayMax arrayFirst arrayLast
  arrayFirstIndex arrayLastIndex arrayJoin arrayCompact arrayReverse arrayIntersect arrayZip arrayEnumerate
  arrayFlatten arrayDifference arrayCumSum
  hex unhex base64Encode base64Decode tryBase64Decode MD5 SHA1 SHA256 cityHash64 sipHash64 xxHash64 halfMD5 bitAnd bitOr
  bitXor bitNot bitShiftLeft bitShiftRight bin crc32 isIPv4String isIPv6String toIPv4 toIPv6 IPv4StringToNum
  IPv4NumToString isIPAddressInRange formatReadableSize formatReadableQuantity formatReadableTimeDelta bar
  transform width_bucket row_number rank dense_rank percent_rank ntile lag lead lagInFrame leadInFrame nth_value
  levenshteinDistance editDistance ngramDistance ngramSearch ngramSearchCaseInsensitive`);

export const allowedFunctions: ReadonlySet<string> = new Set([
  ...scalars,
  ...aggregates.flatMap((name) => suffixes.map((suffix) => `${name}${suffix}`)),
]);

/** Nodes of ClickHouse's syntax trees of which a reading statement consists. */
export const allowedNodes: ReadonlySet<string> = new Set([
  'SelectWithUnionQuery',
  'SelectIntersectExceptQuery',
  'SelectQuery',
  'ExpressionList',
  'Function',
  'Identifier',
  'Literal',
  'Asterisk',
  'QualifiedAsterisk',
  'Subquery',
  'TablesInSelectQuery',
  'TablesInSelectQueryElement',
  'TableExpression',
  'TableIdentifier',
  'TableJoin',
  'ArrayJoin',
  'OrderByElement',
  'InterpolateElement',
  'WithElement',
  'WindowDefinition',
  'WindowListElement',
  'Set',
]);
