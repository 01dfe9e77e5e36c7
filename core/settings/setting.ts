import * as z from 'zod';

/** Of these, `String(value)` is the text that the setting's schema reads back: lists are joined by commas. */
export type SettingValue = string | number | boolean | readonly string[] | readonly number[];

/** All that there is to say about one setting of a stage. */
export interface Setting<Value extends SettingValue | undefined = SettingValue | undefined> {
  /** Completes "must be": unit and limits of the value. */
  readonly mustBe: string;
  /** Undefined if the setting may be left out and has no value then. */
  readonly default: Value;
  /** One sentence or two on what it does. */
  readonly summary: string;
  /** Why the setting must keep its default in production, if it must. */
  readonly neverInProduction?: string;
  /** Reads the text of CDK context and of environment variables alike. */
  readonly schema: z.ZodType<Value, string | undefined>;
}

/** What the setting does and whether production may have it, as people read it. */
export function explain({ summary, neverInProduction }: Setting): string {
  return neverInProduction === undefined
    ? summary
    : `${summary} Refused for stage=prod: ${neverInProduction}.`;
}

/** The default as people read it. */
export function defaultText({ default: value }: Setting): string {
  return value === undefined ? 'none' : String(value) || 'none';
}

interface WholeNumber extends Pick<Setting<number>, 'default' | 'summary'> {
  readonly unit: string;
  readonly min: number;
  readonly max: number;
}

export function wholeNumber({ unit, min, max, ...setting }: WholeNumber): Setting<number> {
  return {
    ...setting,
    mustBe: `a whole number of ${unit} from ${min} to ${max}`,
    schema: digits.pipe(z.int().min(min).max(max)),
  };
}

export function flag(setting: Omit<Setting<boolean>, 'mustBe' | 'schema'>): Setting<boolean> {
  return {
    ...setting,
    mustBe: 'true or false',
    // Any other text would be a guess.
    schema: z.enum(['true', 'false']).transform((text) => text === 'true'),
  };
}

const digits = z
  .string()
  .regex(/^\d+$/)
  .transform((text) => Number(text));

export const positiveWholeNumber = digits.pipe(z.int().positive());

/** Whole numbers such as `0,5,300`; at least one. */
export const wholeNumberList = z
  .string()
  .regex(/^\d+(,\d+)*$/)
  .transform((text) => text.split(',').map(Number));

/** Words without commas, such as `a,b`. No text is no words. */
export const wordList = z.string().transform((text) => (text === '' ? [] : text.split(',')));
