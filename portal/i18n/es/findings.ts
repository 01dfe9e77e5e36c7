export { findingTexts } from '../../../client/receiver/findings.ts';
