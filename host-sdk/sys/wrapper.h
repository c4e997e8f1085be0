// What the bindings are made of: every header of the C API, and what it assumes.
#include <limits.h>
#include <stdbool.h>

#include "ofxColour.h"
#include "ofxCore.h"
#include "ofxDialog.h"
#include "ofxDrawSuite.h"
#include "ofxGPURender.h"
#include "ofxImageEffect.h"
#include "ofxInteract.h"
#include "ofxKeySyms.h"
#include "ofxMemory.h"
#include "ofxMessage.h"
#include "ofxMultiThread.h"
#include "ofxOld.h"
#include "ofxParam.h"
#include "ofxParametricParam.h"
#include "ofxPixels.h"
#include "ofxProgress.h"
#include "ofxProperty.h"
#include "ofxTimeLine.h"
#include "ofx-native-v1.5_aces-v1.3_ocio-v2.3.h"
