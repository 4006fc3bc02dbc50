// Reads request bodies as Ollama does and says what it read.
//
// The types are those of Ollama's api/types.go and openai/openai.go (0.33), reduced to their fields; the decoder is Go's
// own, used as gin uses it: one value from the body, unknown fields ignored, keys folded. What Ollama then leaves aside
// is left aside here too (normalise).
//
// stdin: one {"route","body"} a line. stdout: one {"ok","value"} a line, value being what the handler would see.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"strings"
	"time"
)

type Duration struct{ time.Duration }

func (d *Duration) UnmarshalJSON(b []byte) (err error) {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch t := v.(type) {
	case float64:
		d.Duration = time.Duration(t * float64(time.Second))
	case string:
		if d.Duration, err = time.ParseDuration(t); err != nil {
			return err
		}
	default:
		return errors.New("unsupported type")
	}
	if d.Duration < 0 {
		d.Duration = time.Duration(math.MaxInt64)
	}
	return nil
}

type ThinkValue struct{ Value any }

func (t *ThinkValue) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	switch v.(type) {
	case bool, string:
		t.Value = v
		return nil
	}
	return errors.New("think must be a boolean or string")
}

type ToolCall struct {
	ID       string `json:"id"`
	Function struct {
		Index     int            `json:"index"`
		Name      string         `json:"name"`
		Arguments map[string]any `json:"arguments"`
	} `json:"function"`
}

type Message struct {
	Role       string     `json:"role"`
	Content    string     `json:"content"`
	Thinking   string     `json:"thinking"`
	Images     [][]byte   `json:"images"`
	ToolCalls  []ToolCall `json:"tool_calls"`
	ToolName   string     `json:"tool_name"`
	ToolCallID string     `json:"tool_call_id"`
}

func (m *Message) UnmarshalJSON(b []byte) error {
	type Alias Message
	var a Alias
	if err := json.Unmarshal(b, &a); err != nil {
		return err
	}
	*m = Message(a)
	m.Role = strings.ToLower(m.Role)
	return nil
}

type Tool struct {
	Type     string `json:"type"`
	Items    any    `json:"items"`
	Function struct {
		Name        string `json:"name"`
		Description string `json:"description"`
		Parameters  any    `json:"parameters"`
	} `json:"function"`
}

// Options keeps what Options.FromMap uses: exact names, no nulls.
type Options map[string]any

const optionNames = " num_keep seed num_predict top_k top_p min_p typical_p repeat_last_n temperature repeat_penalty" +
	" presence_penalty frequency_penalty stop num_ctx num_batch num_gpu main_gpu use_mmap num_thread draft_num_predict "

func (o *Options) UnmarshalJSON(b []byte) error {
	var all map[string]any
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	for name, value := range all {
		if value == nil || !strings.Contains(optionNames, " "+name+" ") {
			delete(all, name)
		}
	}
	*o = all
	return nil
}

type ChatRequest struct {
	Model           string          `json:"model"`
	Messages        []Message       `json:"messages"`
	Stream          *bool           `json:"stream"`
	Format          json.RawMessage `json:"format"`
	KeepAlive       *Duration       `json:"keep_alive"`
	Tools           []Tool          `json:"tools"`
	Options         Options         `json:"options"`
	Think           *ThinkValue     `json:"think"`
	Truncate        *bool           `json:"truncate"`
	Shift           *bool           `json:"shift"`
	DebugRenderOnly bool            `json:"_debug_render_only"`
	Logprobs        bool            `json:"logprobs"`
	TopLogprobs     int             `json:"top_logprobs"`
}

type GenerateRequest struct {
	Model           string          `json:"model"`
	Prompt          string          `json:"prompt"`
	Suffix          string          `json:"suffix"`
	System          string          `json:"system"`
	Template        string          `json:"template"`
	Context         []int           `json:"context"`
	Stream          *bool           `json:"stream"`
	Raw             bool            `json:"raw"`
	Format          json.RawMessage `json:"format"`
	KeepAlive       *Duration       `json:"keep_alive"`
	Images          [][]byte        `json:"images"`
	Options         Options         `json:"options"`
	Think           *ThinkValue     `json:"think"`
	Truncate        *bool           `json:"truncate"`
	Shift           *bool           `json:"shift"`
	DebugRenderOnly bool            `json:"_debug_render_only"`
	Logprobs        bool            `json:"logprobs"`
	TopLogprobs     int             `json:"top_logprobs"`
}

type EmbedRequest struct {
	Model      string    `json:"model"`
	Input      any       `json:"input"`
	KeepAlive  *Duration `json:"keep_alive"`
	Truncate   *bool     `json:"truncate"`
	Dimensions int       `json:"dimensions"`
	Options    Options   `json:"options"`
}

type EmbeddingRequest struct {
	Model     string    `json:"model"`
	Prompt    string    `json:"prompt"`
	KeepAlive *Duration `json:"keep_alive"`
	Options   Options   `json:"options"`
}

type OpenAIMessage struct {
	Role      string `json:"role"`
	Content   any    `json:"content"`
	Reasoning string `json:"reasoning"`
	ToolCalls []struct {
		ID       string `json:"id"`
		Index    int    `json:"index"`
		Type     string `json:"type"`
		Function struct {
			Name      string `json:"name"`
			Arguments any    `json:"arguments"`
		} `json:"function"`
	} `json:"tool_calls"`
	Name       string `json:"name"`
	ToolCallID string `json:"tool_call_id"`
}

type StreamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

type OpenAIChatRequest struct {
	Model            string          `json:"model"`
	Messages         []OpenAIMessage `json:"messages"`
	Stream           bool            `json:"stream"`
	StreamOptions    *StreamOptions  `json:"stream_options"`
	MaxTokens        *int            `json:"max_tokens"`
	Seed             *int            `json:"seed"`
	Stop             any             `json:"stop"`
	Temperature      *float64        `json:"temperature"`
	FrequencyPenalty *float64        `json:"frequency_penalty"`
	PresencePenalty  *float64        `json:"presence_penalty"`
	TopP             *float64        `json:"top_p"`
	ResponseFormat   *struct {
		Type       string `json:"type"`
		JSONSchema *struct {
			Schema any `json:"schema"`
		} `json:"json_schema"`
	} `json:"response_format"`
	Tools     []Tool `json:"tools"`
	Reasoning *struct {
		Effort *string `json:"effort"`
	} `json:"reasoning"`
	ReasoningEffort *string `json:"reasoning_effort"`
	Logprobs        *bool   `json:"logprobs"`
	TopLogprobs     int     `json:"top_logprobs"`
	DebugRenderOnly bool    `json:"_debug_render_only"`
}

type OpenAICompletionRequest struct {
	Model            string         `json:"model"`
	Prompt           string         `json:"prompt"`
	Suffix           string         `json:"suffix"`
	Stream           bool           `json:"stream"`
	StreamOptions    *StreamOptions `json:"stream_options"`
	MaxTokens        *int           `json:"max_tokens"`
	Seed             *int           `json:"seed"`
	Stop             any            `json:"stop"`
	Temperature      *float32       `json:"temperature"`
	FrequencyPenalty float32        `json:"frequency_penalty"`
	PresencePenalty  float32        `json:"presence_penalty"`
	TopP             float32        `json:"top_p"`
	Logprobs         *int           `json:"logprobs"`
	DebugRenderOnly  bool           `json:"_debug_render_only"`
}

type OpenAIEmbedRequest struct {
	Model          string `json:"model"`
	Input          any    `json:"input"`
	Dimensions     int    `json:"dimensions"`
	EncodingFormat string `json:"encoding_format"`
}

// The keys of a content part that FromChatRequest looks at, by the part's type.
var partKeys = map[string][]string{"text": {"text"}, "image_url": {"image_url"}, "input_audio": {"input_audio"}}

// normalise keeps what Ollama's own conversion keeps, and decodes arguments as it does.
func normalise(request *OpenAIChatRequest) error {
	for m := range request.Messages {
		message := &request.Messages[m]
		if message.Role != "tool" {
			message.Name = ""
		}
		for c := range message.ToolCalls {
			called := &message.ToolCalls[c].Function
			text, isText := called.Arguments.(string)
			if !isText && called.Arguments != nil {
				return errors.New("arguments is no string")
			}
			var arguments map[string]any
			if err := json.Unmarshal([]byte(text), &arguments); err != nil {
				return err
			}
			called.Arguments = arguments
		}
		parts, isList := message.Content.([]any)
		for p := 0; isList && p < len(parts); p++ {
			part, isObject := parts[p].(map[string]any)
			if !isObject {
				return errors.New("a part is no object")
			}
			kind, _ := part["type"].(string)
			known, isKnown := partKeys[kind]
			if !isKnown {
				return errors.New("a part has another type")
			}
			kept := map[string]any{"type": kind}
			for _, key := range known {
				kept[key] = part[key]
			}
			parts[p] = kept
		}
	}
	if len(request.Tools) == 0 {
		request.Tools = nil
	}
	return nil
}

func requestOf(route string) any {
	switch route {
	case "chat":
		return &ChatRequest{}
	case "generate":
		return &GenerateRequest{}
	case "embed":
		return &EmbedRequest{}
	case "v1/chat/completions":
		return &OpenAIChatRequest{}
	case "v1/completions":
		return &OpenAICompletionRequest{}
	case "v1/embeddings":
		return &OpenAIEmbedRequest{}
	default:
		return &EmbeddingRequest{}
	}
}

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(make([]byte, 1<<20), 1<<26)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	for in.Scan() {
		var line struct{ Route, Body string }
		if err := json.Unmarshal(in.Bytes(), &line); err != nil {
			panic(err)
		}
		request := requestOf(line.Route)
		err := json.NewDecoder(bytes.NewReader([]byte(line.Body))).Decode(request)
		if chat, isChat := request.(*OpenAIChatRequest); isChat && err == nil {
			err = normalise(chat)
		}
		answer := map[string]any{"ok": err == nil}
		if err == nil {
			answer["value"] = request
		}
		encoded, err := json.Marshal(answer)
		if err != nil {
			panic(err)
		}
		out.Write(append(encoded, '\n'))
	}
}
