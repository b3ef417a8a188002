/* Runs in the browser, behind /docs: starts Swagger UI. A file of its own, because the page allows no inline script. */
window.SwaggerUIBundle({
  // Beside the page, whatever stage or base path stands in front of both.
  url: new URL('openapi.json', document.baseURI).href,
  dom_id: '#docs',
  // The badge would send the document's address to a server of Swagger's.
  validatorUrl: null,
  // The address of the document is ours alone to say, not the query string's.
  queryConfigEnabled: false,
  // This may be a live hotline: nobody files a request, or a command, by trying a button.
  supportedSubmitMethods: ['get'],
  persistAuthorization: false,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
});
