/* SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * What servers send, and what is understood of it: every event as published,
 * the older names, and what is put up with.
 */
#include "wirerows.h"

#define TRANSCRIPTION "conversation.item.input_audio_transcription."
#define PART \
  "'response_id':'r','item_id':'i','output_index':1,'content_index':2"
#define SEEN_PART " item_id=i response_id=r content_index=2 output_index=1"

const WireRow wire_published[] = {
  { "{'type':'session.created','event_id':'e','session':{'type':'realtime',"
    "'object':'realtime.session','id':'sess_1','model':'m',"
    "'instructions':'Be kind.','expires_at':1800000000,"
    "'audio':{'input':{'format':{'type':'audio/pcm','rate':24000}},"
    "'output':{'format':{'type':'audio/pcmu'},'voice':'marin'}}}}",
      "SESSION_CREATED event_id=e (session id=sess_1 instructions=Be kind. "
      "expires_at=1800000000 in=audio/pcm/24000/1 out=audio/pcmu/8000/1)" },
  { "{'type':'session.updated','event_id':'e','session':"
    "{'type':'transcription','object':'realtime.transcription_session','id':'s'"
    ",'audio':{'input':{'format':"
    "{'type':'audio/pcma'}}}}}",
      "SESSION_UPDATED event_id=e (session id=s in=audio/pcma/8000/1)" },
  { "{'type':'conversation.created','event_id':'e','conversation':"
    "{'id':'conv_1','object':'realtime.conversation'}}",
      "CONVERSATION_CREATED event_id=e" },
  { "{'type':'input_audio_buffer.speech_started','event_id':'e',"
    "'audio_start_ms':640,'item_id':'i'}",
      "SPEECH_STARTED event_id=e item_id=i audio_ms=640" },
  { "{'type':'input_audio_buffer.speech_stopped','event_id':'e',"
    "'audio_end_ms':1900,'item_id':'i'}",
      "SPEECH_STOPPED event_id=e item_id=i audio_ms=1900" },
  { "{'type':'input_audio_buffer.committed','event_id':'e',"
    "'previous_item_id':'p','item_id':'i'}",
      "AUDIO_COMMITTED event_id=e item_id=i previous_item_id=p" },
  { "{'type':'input_audio_buffer.cleared','event_id':'e'}",
      "AUDIO_CLEARED event_id=e" },
  { "{'type':'input_audio_buffer.timeout_triggered','event_id':'e',"
    "'audio_start_ms':7,'audio_end_ms':9,'item_id':'i'}",
      "IDLE_TIMEOUT event_id=e item_id=i audio_ms=7" },
  { "{'type':'" TRANSCRIPTION "delta','event_id':'e','item_id':'i',"
    "'content_index':1,'delta':'go ','logprobs':null}",
      "INPUT_TRANSCRIPT_DELTA event_id=e item_id=i content_index=1 "
      "text=go " },
  { "{'type':'" TRANSCRIPTION "completed','event_id':'e','item_id':'i',"
    "'content_index':0,'transcript':'go forward','usage':{'type':'tokens',"
    "'total_tokens':22,'input_tokens':13,'input_token_details':"
    "{'text_tokens':0,'audio_tokens':13},'output_tokens':9}}",
      "INPUT_TRANSCRIPT_DONE event_id=e item_id=i text=go forward usage "
      "input_total=13 input_audio=13 output_total=9" },
  { "{'type':'" TRANSCRIPTION "completed','event_id':'e','item_id':'i',"
    "'content_index':0,'transcript':'','usage':{'type':'duration',"
    "'seconds':2.5}}",
      "INPUT_TRANSCRIPT_DONE event_id=e item_id=i text= usage "
      "duration_ms=2500" },
  { "{'type':'" TRANSCRIPTION "failed','event_id':'e','item_id':'i',"
    "'content_index':0,'error':{'type':'transcription_error',"
    "'code':'audio_unintelligible','message':'No.','param':null}}",
      "INPUT_TRANSCRIPT_FAILED event_id=e item_id=i (error "
      "code=audio_unintelligible type=transcription_error message=No.)" },
  { "{'type':'conversation.item.added','event_id':'e','previous_item_id':"
    "null,'item':{'id':'i','object':'realtime.item','type':'message',"
    "'status':'completed','role':'user','content':[{'type':'input_audio',"
    "'transcript':'hello'}]}}",
      "ITEM_ADDED event_id=e {message id=i role=user status=completed "
      "text=hello}" },
  { "{'type':'conversation.item.done','event_id':'e','previous_item_id':'p',"
    "'item':{'id':'i','type':'function_call','status':'completed','name':'f',"
    "'call_id':'c','arguments':'{}'}}",
      "ITEM_DONE event_id=e previous_item_id=p {function_call id=i "
      "status=completed call_id=c name=f arguments={}}" },
  { "{'type':'conversation.item.retrieved','event_id':'e','item':{'id':'i',"
    "'type':'function_call_output','call_id':'c','output':'done'}}",
      "ITEM_RETRIEVED event_id=e {function_call_output id=i call_id=c}" },
  { "{'type':'conversation.item.deleted','event_id':'e','item_id':'i'}",
      "ITEM_DELETED event_id=e item_id=i" },
  { "{'type':'conversation.item.truncated','event_id':'e','item_id':'i',"
    "'content_index':1,'audio_end_ms':1500}",
      "ITEM_TRUNCATED event_id=e item_id=i content_index=1 audio_ms=1500" },
  { "{'type':'response.created','event_id':'e','response':{'object':"
    "'realtime.response','id':'r','status':'in_progress',"
    "'status_details':null,'output':[],'usage':null}}",
      "RESPONSE_CREATED event_id=e (response id=r status=in_progress)" },
  { "{'type':'response.done','event_id':'e','response':{'id':'r',"
    "'status':'completed','status_details':null,'output':[{'id':'i',"
    "'type':'message','status':'completed','role':'assistant','content':"
    "[{'type':'output_audio','transcript':'Hi.'}]},{'id':'j',"
    "'type':'function_call','status':'completed','name':'f','call_id':'c',"
    "'arguments':'{}'}],'usage':{'total_tokens':253,'input_tokens':132,"
    "'output_tokens':121,'input_token_details':{'text_tokens':112,"
    "'audio_tokens':13,'image_tokens':7,'cached_tokens':64},"
    "'output_token_details':{'text_tokens':30,'audio_tokens':91}}}}",
      "RESPONSE_DONE event_id=e (response id=r status=completed usage "
      "input_total=132 input_text=112 input_audio=13 input_image=7 "
      "input_cached=64 output_total=121 output_text=30 output_audio=91 "
      "{message id=i role=assistant status=completed text=Hi.} "
      "{function_call id=j status=completed call_id=c name=f "
      "arguments={}})" },
  { "{'type':'response.done','event_id':'e','response':{'id':'r',"
    "'status':'cancelled','status_details':{'type':'cancelled',"
    "'reason':'turn_detected'},'output':[]}}",
      "RESPONSE_DONE event_id=e (response id=r status=cancelled "
      "reason=turn_detected)" },
  { "{'type':'response.done','event_id':'e','response':{'id':'r',"
    "'status':'failed','status_details':{'type':'failed','error':"
    "{'type':'insufficient_quota','code':'q','message':'Pay.'}}}}",
      "RESPONSE_DONE event_id=e (response id=r status=failed reason=failed "
      "error_code=q error_type=insufficient_quota error_message=Pay.)" },
  { "{'type':'response.output_item.added','event_id':'e','response_id':'r',"
    "'output_index':1,'item':{'id':'i','type':'message','status':"
    "'in_progress','role':'assistant','content':[]}}",
      "OUTPUT_ITEM_ADDED event_id=e response_id=r output_index=1 {message "
      "id=i role=assistant status=in_progress}" },
  { "{'type':'response.output_item.done','event_id':'e','response_id':'r',"
    "'output_index':0,'item':{'id':'i','type':'mcp_call','server_label':'l','"
    "name':'n','arguments':'{}'}}",
      "OUTPUT_ITEM_DONE event_id=e response_id=r {other id=i name=n "
      "arguments={}}" },
  { "{'type':'response.content_part.added','event_id':'e'," PART
    ",'part':{'type':'audio','transcript':''}}",
      "CONTENT_PART_ADDED event_id=e" SEEN_PART },
  { "{'type':'response.content_part.done','event_id':'e'," PART
    ",'part':{'type':'audio','transcript':'Hi.'}}",
      "CONTENT_PART_DONE event_id=e" SEEN_PART },
  { "{'type':'response.output_audio.delta','event_id':'e'," PART
    ",'delta':'AAECAw=='}",
      "OUTPUT_AUDIO_DELTA event_id=e" SEEN_PART " audio=00010203" },
  { "{'type':'response.output_audio.done','event_id':'e'," PART "}",
      "OUTPUT_AUDIO_DONE event_id=e" SEEN_PART },
  { "{'type':'response.output_audio_transcript.delta','event_id':'e'," PART
    ",'delta':'Hi'}",
      "OUTPUT_TRANSCRIPT_DELTA event_id=e" SEEN_PART " text=Hi" },
  { "{'type':'response.output_audio_transcript.done','event_id':'e'," PART
    ",'transcript':'Hi.'}",
      "OUTPUT_TRANSCRIPT_DONE event_id=e" SEEN_PART " text=Hi." },
  { "{'type':'response.output_text.delta','event_id':'e'," PART
    ",'delta':'Hi'}",
      "OUTPUT_TEXT_DELTA event_id=e" SEEN_PART " text=Hi" },
  { "{'type':'response.output_text.done','event_id':'e'," PART ",'text':'Hi.'}",
      "OUTPUT_TEXT_DONE event_id=e" SEEN_PART " text=Hi." },
  { "{'type':'response.function_call_arguments.delta','event_id':'e',"
    "'response_id':'r','item_id':'i','output_index':0,'call_id':'c',"
    "'delta':'{'}",
      "FUNCTION_ARGUMENTS_DELTA event_id=e item_id=i response_id=r call_id=c "
      "text={" },
  { "{'type':'response.function_call_arguments.done','event_id':'e',"
    "'response_id':'r','item_id':'i','output_index':0,'call_id':'c',"
    "'name':'f','arguments':'{}'}",
      "FUNCTION_ARGUMENTS_DONE event_id=e item_id=i response_id=r call_id=c "
      "function_name=f text={}" },
  { "{'type':'rate_limits.updated','event_id':'e','rate_limits':[]}",
      "RATE_LIMITS event_id=e" },
  { "{'type':'error','event_id':'e','error':{'type':'invalid_request_error',"
    "'code':'invalid_value','message':'Bad.','param':'session.voice',"
    "'event_id':'mine'}}",
      "ERROR event_id=e (error code=invalid_value type=invalid_request_error "
      "message=Bad. param=session.voice event_id=mine)" },
};
const guint wire_n_published = G_N_ELEMENTS (wire_published);

const WireRow wire_older[] = {
  { "{'type':'response.audio.delta'," PART ",'delta':'AAE='}",
      "OUTPUT_AUDIO_DELTA" SEEN_PART " audio=0001" },
  { "{'type':'response.audio.done'," PART "}", "OUTPUT_AUDIO_DONE" SEEN_PART },
  { "{'type':'response.audio_transcript.delta','delta':'a'}",
      "OUTPUT_TRANSCRIPT_DELTA text=a" },
  { "{'type':'response.audio_transcript.done','transcript':'a'}",
      "OUTPUT_TRANSCRIPT_DONE text=a" },
  { "{'type':'response.text.delta','delta':'a'}", "OUTPUT_TEXT_DELTA text=a" },
  { "{'type':'response.text.done','text':'a'}", "OUTPUT_TEXT_DONE text=a" },
  { "{'type':'conversation.item.created','item':{'type':'message',"
    "'role':'assistant','content':[{'type':'audio','transcript':'a'},"
    "{'type':'text','text':'b'},{'type':'output_text','text':'c'}]}}",
      "ITEM_ADDED {message role=assistant text=a\nb\nc}" },
  { "{'type':'response.cancelled','response_id':'r'}",
      "RESPONSE_DONE response_id=r (response id=r status=cancelled)" },
  { "{'type':'response.cancelled','response':{'id':'r',"
    "'status':'in_progress'}}",
      "RESPONSE_DONE (response id=r status=cancelled)" },
  { "{'type':'session.created','session':{'id':'s',"
    "'input_audio_format':'pcm16','output_audio_format':'g711_alaw'}}",
      "SESSION_CREATED (session id=s in=audio/pcm/24000/1 "
      "out=audio/pcma/8000/1)" },
  { "{'type':'session.updated','session':{'output_audio_format':'pcm24'}}",
      "SESSION_UPDATED (session)" },
  { "{'type':'session.updated','session':{'audio':{'input':"
    "{'format':'g711_ulaw'},'output':{'format':{'type':'audio/pcm',"
    "'rate':16000}}}}}",
      "SESSION_UPDATED (session in=audio/pcmu/8000/1 "
      "out=audio/pcm/16000/1)" },
};
const guint wire_n_older = G_N_ELEMENTS (wire_older);

const WireRow wire_tolerated[] = {
  /* what is not acted on */
  { "{'type':'ping'}", "UNKNOWN" },
  { "{'type':'warning','event_id':'e','message':'x'}", "UNKNOWN event_id=e" },
  { "{'type':'response.mcp_call.completed','item_id':'i'}", "UNKNOWN" },
  { "{'type':''}", "UNKNOWN" },
  { "{'type':'error ','error':{'message':'x'}}", "UNKNOWN" },
  { "{'type':'session.created\\u0000'}", "UNKNOWN" },
  /* audio and its format */
  { "{'type':'response.output_audio.delta','data':'AAE='}",
      "OUTPUT_AUDIO_DELTA audio=0001" },
  { "{'type':'response.output_audio.delta','delta':null,'data':'AAE='}",
      "OUTPUT_AUDIO_DELTA audio=0001" },
  { "{'type':'response.output_audio.delta','delta':'AAE=','data':'////'}",
      "OUTPUT_AUDIO_DELTA audio=0001" },
  { "{'type':'response.output_audio.delta','delta':'AAECAw'}",
      "OUTPUT_AUDIO_DELTA audio=00010203" },
  { "{'type':'response.output_audio.delta','delta':'AAEC'}",
      "OUTPUT_AUDIO_DELTA audio=000102" },
  { "{'type':'response.output_audio.delta','delta':'AAE\\n C'}",
      "OUTPUT_AUDIO_DELTA audio=000102" },
  { "{'type':'response.output_audio.delta','delta':'\\u0041AEC\\/\\/\\/\\/'}",
      "OUTPUT_AUDIO_DELTA audio=000102ffffff" },
  { "{'type':'response.output_audio.delta','delta':''}",
      "OUTPUT_AUDIO_DELTA audio=" },
  { "{'type':'response.output_audio.delta','delta':'','sample_rate':16000}",
      "OUTPUT_AUDIO_DELTA audio= as=16000/1" },
  { "{'type':'response.output_audio.delta','delta':'','sample_rate':48000,"
    "'channels':2}",
      "OUTPUT_AUDIO_DELTA audio= as=48000/2" },
  { "{'type':'response.output_audio.delta','delta':'','sample_rate':48000.0,"
    "'num_channels':2,'samples_per_channel':480}",
      "OUTPUT_AUDIO_DELTA audio= as=48000/2" },
  { "{'type':'response.output_audio.delta','delta':'','sample_rate':48000,"
    "'channels':'2','num_channels':1}",
      "OUTPUT_AUDIO_DELTA audio= as=48000/1" },
  { "{'type':'response.output_audio.delta','delta':'','sample_rate':7}",
      "OUTPUT_AUDIO_DELTA audio=" },
  { "{'type':'response.output_audio.delta','delta':'','sample_rate':16000,"
    "'channels':3}",
      "OUTPUT_AUDIO_DELTA audio=" },
  { "{'type':'response.output_audio.delta','delta':'',"
    "'sample_rate':99999999999}",
      "OUTPUT_AUDIO_DELTA audio=" },
  { "{'type':'response.output_audio.delta','delta':'','content_index':-1,"
    "'output_index':99999999999}",
      "OUTPUT_AUDIO_DELTA audio=" },
  /* errors */
  { "{'type':'error','message':'Bad.','code':'c'}",
      "ERROR (error code=c message=Bad.)" },
  { "{'type':'error','error':'Bad.'}", "ERROR (error message=Bad.)" },
  { "{'type':'error','error':{'code':'x'},'message':'Bad.','code':'y'}",
      "ERROR (error code=x message=Bad.)" },
  { "{'type':'error','error':{'message':null},'message':'Bad.'}",
      "ERROR (error message=Bad.)" },
  { "{'type':'error'}", "ERROR (error message=the server gave no reason)" },
  { "{'type':'error','error':7,'message':{}}", "ERROR (error message=7)" },
  { "{'type':'error','error':{'type':'t','code':'c'}}",
      "ERROR (error code=c type=t message=the server gave no reason)" },
  { "{'type':'error','error':null,'code':'c'}",
      "ERROR (error code=c message=the server gave no reason)" },
  /* responses that are not described */
  { "{'type':'response.created'}",
      "RESPONSE_CREATED (response status=in_progress)" },
  { "{'type':'response.done','response_id':'r'}",
      "RESPONSE_DONE response_id=r (response id=r status=completed)" },
  { "{'type':'response.done','response':{'id':'r','output':[7,null,[],"
    "{'id':'i'}]}}",
      "RESPONSE_DONE (response id=r status=completed {other id=i})" },
  /* usage */
  { "{'type':'" TRANSCRIPTION "completed','transcript':'a','usage':"
    "{'input_tokens':-4,'output_tokens':'9','seconds':-1}}",
      "INPUT_TRANSCRIPT_DONE text=a usage" },
  { "{'type':'" TRANSCRIPTION "completed','transcript':'a','usage':"
    "{'seconds':1e300}}",
      "INPUT_TRANSCRIPT_DONE text=a usage" },
  /* sessions */
  { "{'type':'session.created','event_id':'e'}", "SESSION_CREATED event_id=e" },
  { "{'type':'session.created','session':{'id':'s','expires_at':-3}}",
      "SESSION_CREATED (session id=s)" },
  { "{'type':'session.updated','session':{'audio':{'output':{'format':"
    "{'type':'audio/pcm','rate':96000}}}}}",
      "SESSION_UPDATED (session)" },
  /* strings */
  { "{'type':'response.text.delta','delta':'a\\ud83d\\ude00\\ud800b\\u0000'}",
      "OUTPUT_TEXT_DELTA text=a\360\237\230\200\357\277\275b\357\277\275" },
  { "{'type':'response.text.delta','delta':7}", "OUTPUT_TEXT_DELTA" },
  { "{'type':'response.text.done'}", "OUTPUT_TEXT_DONE" },
  { "{'type':'conversation.item.added','item':{'content':[{'type':'text'},7,"
    "{'transcript':null,'text':'a'},{'text':'b'}]}}",
      "ITEM_ADDED {other text=a\nb}" },
  { "{'type':'conversation.item.added','item':{'content':{}}}",
      "ITEM_ADDED {other}" },
};
const guint wire_n_tolerated = G_N_ELEMENTS (wire_tolerated);
