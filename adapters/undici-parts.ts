import request from 'undici/lib/api/api-request.js';
import buildConnector from 'undici/lib/core/connect.js';
import errors from 'undici/lib/core/errors.js';
import Client from 'undici/lib/dispatcher/client.js';
import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import Pool from 'undici/lib/dispatcher/pool.js';

/**
 * What callbacks need of undici. Its index also loads fetch, WebSocket, caches and mocks: more code than the rest of the
 * deliverer has, at each cold start. The paths are undici's own, so an update of it has to be looked at here.
 */

// As undici's index does, for all kinds of dispatchers.
Object.assign(Dispatcher.prototype, { request });

export { buildConnector, Client, errors, Pool };
