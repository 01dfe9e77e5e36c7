import * as z from 'zod';

/** For each of these types, the setting's schema can read back `String(value)`. Lists are joined by commas. */
export type SettingValue = string | number | boolean | readonly string[] | readonly number[];

/** Everything about one setting of a stage. */
export interface Setting<Value extends SettingValue | undefined = SettingValue | undefined> {
  /** Completes "must be": the unit and limits of the value. */
  readonly mustBe: string;
  /** Undefined if the setting is optional. It then has no value. */
  readonly default: Value;
  /** Says in a sentence or two what the setting does. */
  readonly summary: string;
  /** Why production must keep the default. Absent if it need not. */
  readonly neverInProduction?: string;
  /** Reads text, both from CDK context and from environment variables. */
  readonly schema: z.ZodType<Value, string | undefined>;
}

/** Describes what the setting does and whether production may change it. */
export function explain({ summary, neverInProduction }: Setting): string {
  return neverInProduction === undefined
    ? summary
    : `${summary} Refused for stage=prod: ${neverInProduction}.`;
}

/** The default, as shown to people. */
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
    // Made when it is asked for: a function reads few of all settings.
    get schema() {
      return digits.pipe(z.int().min(min).max(max));
    },
  };
}

export function flag(setting: Omit<Setting<boolean>, 'mustBe' | 'schema'>): Setting<boolean> {
  return {
    ...setting,
    mustBe: 'true or false',
    // Any other text would be a guess.
    get schema() {
      return z.enum(['true', 'false']).transform((text) => text === 'true');
    },
  };
}

const digits = z
  .string()
  .regex(/^\d+$/)
  .transform((text) => Number(text));

export const positiveWholeNumber = digits.pipe(z.int().positive());

/** Whole numbers such as `0,5,300`, at least one. */
export const wholeNumberList = z
  .string()
  .regex(/^\d+(,\d+)*$/)
  .transform((text) => text.split(',').map(Number));

/** Words without commas, such as `a,b`. An empty text gives an empty list. */
export const wordList = z.string().transform((text) => (text === '' ? [] : text.split(',')));
