/** Requests with every field that their route reads. */

export const CHAT = '/v1/chat/completions';
export const COMPLETIONS = '/v1/completions';
export const EMBEDDINGS = '/v1/embeddings';
export const RESPONSES = '/v1/responses';
export const MESSAGES = '/v1/messages';

/** One complete request for each route: every field that is forwarded, each text a word of its own (`t…`). */
export const FULL: Readonly<Record<string, object>> = {
  [CHAT]: {
    model: 'm',
    messages: [
      { role: 'system', content: 'tsystem' },
      { role: 'developer', content: [{ type: 'text', text: 'tdeveloper' }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'tcaption' },
          { type: 'image_url', image_url: { url: 'https://example.com/timage' } },
          { type: 'image_url', image_url: 'data:image/png;base64,AAAA' },
          { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        reasoning: 'treasoning',
        tool_calls: [
          {
            id: 'tid',
            type: 'function',
            function: { name: 'tname', arguments: '{"tkey":["tvalue",{"tdeep":"tleaf"}]}' },
          },
        ],
      },
      { role: 'tool', tool_call_id: 'tid', content: 'tresult' },
      { role: 'tool', name: 'tother', content: 'tanswer' },
      { role: 'assistant', content: '', function_call: { name: 'tlegacy', arguments: '{"tl":"tlv"}' } },
      { role: 'function', name: 'tlegacy', content: 'tlegacyresult' },
    ],
    stream: true,
    stream_options: { include_usage: true },
    max_tokens: 5,
    max_completion_tokens: 50,
    seed: 1,
    stop: ['tstop', 'tstop2'],
    temperature: 0.5,
    top_p: 0.5,
    frequency_penalty: 0,
    presence_penalty: 0,
    n: 1,
    parallel_tool_calls: true,
    reasoning_effort: 'low',
    logprobs: true,
    top_logprobs: 2,
    response_format: {
      type: 'json_schema',
      json_schema: {
        name: 'tformat',
        schema: { type: 'object', properties: { tprop: { enum: ['tenum'] } } },
        strict: true,
      },
    },
    tools: [
      {
        type: 'function',
        function: {
          name: 'toffered',
          description: 'tdescription',
          parameters: {
            type: 'object',
            properties: { targument: { type: 'string', description: 'targdesc', enum: ['tchoice'] } },
            required: ['targument'],
            $defs: { tdef: { description: 'tdefdesc' } },
          },
        },
      },
    ],
    tool_choice: { type: 'function', function: { name: 'toffered' } },
    functions: [{ name: 'tfunction', description: 'tfdesc', parameters: { type: 'object' } }],
    function_call: { name: 'tfunction' },
  },
  [COMPLETIONS]: { model: 'm', prompt: 'tprompt', suffix: 'tsuffix', stop: 'tstop', logprobs: 2, max_tokens: 3 },
  [EMBEDDINGS]: { model: 'm', input: ['tone', 'ttwo'], dimensions: 3, encoding_format: 'base64' },
  [RESPONSES]: {
    model: 'm',
    instructions: 'tinstructions',
    input: [
      { type: 'message', role: 'developer', content: 'tdeveloper' },
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'tinput' },
          { type: 'input_image', detail: 'auto', image_url: 'data:image/png;base64,AAAA' },
        ],
      },
      { type: 'reasoning', id: 'trs', encrypted_content: 'tencrypted' },
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'toutput' }] },
      { type: 'function_call', id: 'tfc', call_id: 'tcall', name: 'tname', arguments: '{"tkey":"tvalue"}' },
      { type: 'function_call_output', call_id: 'tcall', output: [{ type: 'input_text', text: 'tresult' }] },
    ],
    tools: [
      {
        type: 'function',
        name: 'toffered',
        description: 'tdesc',
        parameters: { type: 'object', properties: { targ: {} } },
      },
      { type: 'namespace', name: 'tspace', tools: [{ type: 'function', name: 'tinner', parameters: {} }] },
    ],
    tool_choice: { type: 'allowed_tools', mode: 'auto', tools: [{ type: 'function', name: 'toffered' }] },
    parallel_tool_calls: false,
    text: { format: { type: 'json_schema', name: 'tformat', schema: { properties: { tprop: {} } }, strict: true } },
    reasoning: { effort: 'low', summary: 'auto' },
    max_output_tokens: 5,
    temperature: 0,
    top_p: 1,
    truncation: 'auto',
    stream: true,
  },
  [MESSAGES]: {
    model: 'm',
    max_tokens: 5,
    system: [{ type: 'text', text: 'tsystem' }],
    messages: [
      { role: 'user', content: 'tuser' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'tthinking' },
          { type: 'text', text: 'ttext' },
          { type: 'tool_use', id: 'tid', name: 'tname', input: { tkey: ['tvalue', 4111] } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: 'tid', is_error: false, content: [{ type: 'text', text: 'tresult' }] },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
          {
            type: 'web_search_tool_result',
            tool_use_id: 'tweb',
            content: [{ type: 'web_search_result', title: 'ttitle' }],
          },
        ],
      },
    ],
    stream: true,
    temperature: 0,
    top_p: 1,
    top_k: 3,
    stop_sequences: ['tstop'],
    tools: [{ name: 'toffered', description: 'tdesc', input_schema: { type: 'object', properties: { targ: {} } } }],
    tool_choice: { type: 'tool', name: 'toffered' },
    thinking: { type: 'enabled', budget_tokens: 100 },
    output_config: { effort: 'low' },
  },
};
