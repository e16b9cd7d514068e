/** docs/alerts.md as text. */
export function alertsPage(): string;
