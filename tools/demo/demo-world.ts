/** The made-up company of the demo. It changes a little every day, once its time is moved. */
export const demoWorld = { scenario: 'demo', churn: 0.1 } as const;
