/** The built-in packs. `README.md` beside this file says how to add a rule and what each costs. */
export { piiRules } from './pii.ts';
export { secretRules } from './secrets.ts';
