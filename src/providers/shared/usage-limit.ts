// The bound of what any provider may report.

/**
 * More tokens than any one request can have: five times the largest context window on sale (10
 * million). A count above it is a provider's fault, and must not become a charge.
 */
export const MAX_TOKENS_PER_REQUEST = 50_000_000;
