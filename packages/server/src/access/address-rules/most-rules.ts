/** Address rules of all scopes together; more than that is a mistake, and slows every request down. */
export const mostRules = 2000;
