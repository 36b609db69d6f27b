/** C2SP tlog-tiles writes an entry's length as a big-endian uint16, so no leaf can be longer. */
export const leafLimitBytes = 65_535;

/** Details may be 50 KB of canonical JSON in UTF-8; who needs more keeps it elsewhere and names it here. */
export const detailsLimitBytes = 51_200;

/** What the rest of the leaf may take, so that details of the full size always fit. */
export const envelopeLimitBytes = leafLimitBytes - detailsLimitBytes;

/** Sealed fields in one event; each costs 46 bytes of the leaf. */
export const maxSealedFields = 64;

/** Events in one batch; the upper end of A1's range. */
export const maxBatchEvents = 1000;

/** Longest text per field of the envelope, in UTF-16 code units. */
export const textLimits = {
  id: 64,
  type: 100,
  action: 100,
  source: 100,
  partyType: 64,
  partyId: 200,
  partyName: 200,
  tenant: 100,
  traceId: 100,
  requestId: 100,
  address: 100,
} as const;
