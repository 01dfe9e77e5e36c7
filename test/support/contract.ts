import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

/** Of an answer what the contract is about. */
export interface SeenAnswer {
  readonly status: number;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The text as it came. */
  readonly text: string;
}

export interface SeenRequest {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: { readonly type?: string };
  readonly example?: string | number | readonly string[];
}

interface OperationObject {
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Record<string, { readonly example?: object }>;
  };
  readonly responses: Record<
    string,
    {
      readonly headers?: Record<string, { readonly required?: boolean }>;
      readonly content?: Record<string, { readonly schema: { readonly allOf?: readonly unknown[] } }>;
    }
  >;
}

export interface OpenApiDocument {
  readonly paths: Record<string, Record<string, OperationObject>>;
}

/** Reads an OpenAPI document and says where requests and answers do not keep to it. */
export function readContract(document: OpenApiDocument) {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  (addFormats as unknown as (ajv: Ajv2020) => void)(ajv);
  // The document lets answers gain fields; those that it does not tell of are not to be there today.
  ajv.addSchema(tightened(document) as object, 'contract');
  const validators = new Map<string, ValidateFunction>();

  /** What ajv says of a value, by the schema at this place of the document. */
  function validate(place: readonly string[], value: unknown): string[] {
    const pointer = place.map((part) => part.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
    const validator = validators.get(pointer) ?? ajv.compile({ $ref: `contract#/${encodeURI(pointer)}` });
    validators.set(pointer, validator);
    if (validator(value)) return [];
    return (validator.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  function operationOf(routeKey: string) {
    const [method = '', path = ''] = routeKey.split(' ');
    const operation = document.paths[path]?.[method.toLowerCase()];
    if (!operation) throw new Error(`${routeKey} is not in the contract`);
    return { operation, place: ['paths', path, method.toLowerCase()] };
  }

  return {
    routeKeys: Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    ),

    /** Every answer that a route is said to give: by status and, for errors, by `type`; `gateway` is API Gateway's own. */
    answersOf(routeKey: string): { status: number; type: string }[] {
      return Object.entries(operationOf(routeKey).operation.responses).flatMap(
        ([status, { content = {} }]) => {
          const types = Object.entries(content).flatMap(([contentType, { schema }]) => {
            if (contentType === 'application/problem+json') return problemTypesOf(schema);
            return Number(status) < 400 ? ['answer'] : ['gateway'];
          });
          return (types.length > 0 ? types : ['answer']).map((type) => ({ status: Number(status), type }));
        },
      );
    },

    /** A request that is made of the document's examples. */
    examplesOf(routeKey: string) {
      const { parameters = [], requestBody } = operationOf(routeKey).operation;
      const examplesIn = (where: string): Record<string, string> =>
        Object.fromEntries(
          parameters
            .filter((one) => one.in === where && one.example !== undefined)
            .map(({ name, example }) => [name, String(example)]),
        );
      const body = requestBody?.content['application/json']?.example;
      return {
        pathParameters: examplesIn('path'),
        query: examplesIn('query'),
        headers: examplesIn('header'),
        ...(body ? { body } : {}),
      };
    },

    /** The parameters that have no example, and `body` if that has none. */
    withoutExample(routeKey: string): string[] {
      const { parameters = [], requestBody } = operationOf(routeKey).operation;
      const names = parameters.filter(({ example }) => example === undefined).map(({ name }) => name);
      const isBodyWithout = requestBody && !requestBody.content['application/json']?.example;
      return [...names, ...(isBodyWithout ? ['body'] : [])].map((name) => `${routeKey} ${name}`);
    },

    /** Where the answer breaks the contract; nothing, if it keeps to it. */
    faultsOfAnswer(routeKey: string, { status, headers, text }: SeenAnswer): string[] {
      const { operation, place } = operationOf(routeKey);
      const response = operation.responses[String(status)];
      if (!response) return [`${status} is not in the contract: ${text.slice(0, 300)}`];
      const missing = Object.entries(response.headers ?? {})
        .filter(([name, { required }]) => required && headers[name.toLowerCase()] === undefined)
        .map(([name]) => `no header ${name}`);
      const contentType = headers['content-type']?.split(';')[0] ?? '';
      if (!response.content) return [...missing, ...(text === '' ? [] : [`a body: ${text.slice(0, 300)}`])];
      if (!response.content[contentType]) return [...missing, `${status} as ${contentType || 'nothing'}`];
      const schema = [...place, 'responses', String(status), 'content', contentType, 'schema'];
      return [...missing, ...validate(schema, JSON.parse(text))];
    },

    /** Where a request breaks it. */
    faultsOfRequest(routeKey: string, { query = {}, headers = {}, body }: SeenRequest): string[] {
      const { operation, place } = operationOf(routeKey);
      const { parameters = [], requestBody } = operation;
      const unknown = Object.keys(query)
        .filter((name) => !parameters.some((one) => one.in === 'query' && one.name === name))
        .map((name) => `no parameter ${name}`);
      const values = parameters.flatMap(({ name, in: where, schema }, index) => {
        const value = where === 'query' ? query[name] : headers[name.toLowerCase()];
        if (where === 'path' || value === undefined) return [];
        return validate(
          [...place, 'parameters', String(index), 'schema'],
          readParameter(value, schema?.type),
        );
      });
      if (!requestBody) return [...unknown, ...values, ...(body === undefined ? [] : ['a body'])];
      if (body === undefined) return [...unknown, ...values, ...(requestBody.required ? ['no body'] : [])];
      const schema = [...place, 'requestBody', 'content', 'application/json', 'schema'];
      return [...unknown, ...values, ...validate(schema, body)];
    },
  };
}

export type Contract = ReturnType<typeof readContract>;

/** A number in a query stands there as text, and a list with commas. */
function readParameter(value: string, type: string | undefined): unknown {
  if (type === 'array') return value.split(',');
  return /^-?\d+$/.test(value) ? Number(value) : value;
}

function problemTypesOf({ allOf = [] }: { readonly allOf?: readonly unknown[] }): string[] {
  return allOf.flatMap((part) => {
    const { properties } = part as { properties?: { type?: { enum?: string[] } } };
    return properties?.type?.enum ?? [];
  });
}

/** The document with `additionalProperties: false` wherever an object has properties and says nothing of others. */
function tightened(schema: unknown, isPartOfAll = false): unknown {
  if (Array.isArray(schema)) return schema.map((part) => tightened(part, isPartOfAll));
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [key, tightened(value, key === 'allOf')]);
  const isOpen = 'properties' in schema && 'type' in schema && !('additionalProperties' in schema);
  return Object.fromEntries(isOpen && !isPartOfAll ? [...entries, ['additionalProperties', false]] : entries);
}
