export {
  holdReasons,
  outcomes,
  parkReasons,
  rejectReasons,
  suppressReasons,
} from '../domain/reasons.ts'; // temporary: import from domain/reasons.ts
