export { rejectReasons, parkReasons, holdReasons, suppressReasons, outcomes } from '../domain/reasons.ts'; // temporary: import from domain/reasons.ts
