import type { AwsSettings } from '#aws/settings.ts';
import type { Config } from '#platform/config.ts';

/** How the environment's settings reach the AWS layer. */
export function awsSettings(config: Config): AwsSettings {
	return { endpoints: config.endpoints, entryRegion: config.entryRegion, principalRoles: config.principals };
}
